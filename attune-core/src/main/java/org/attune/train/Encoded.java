package org.attune.train;

import org.attune.data.Batch;

/** A data set as token ids, ready to be put together in any order. */
public interface Encoded {
  /** Number of rows. */
  int size();

  /** Length of one row in tokens, after truncation. */
  int length(int row);

  /** The rows of these numbers, in this order, padded to the longest. */
  Batch batch(int[] rows);

  /**
   * The same, where rows differ from pass to pass: masked language modelling hides other words each
   * time. A pure function, so that a resumed run goes on exactly.
   *
   * @param epoch passes over the data before this one
   */
  default Batch batch(int[] rows, int epoch) {
    return batch(rows);
  }

  /** These rows as the class that a task made them of, where something is wrapped around them. */
  default <E extends Encoded> E as(Class<E> kind) {
    return kind.cast(this);
  }
}
