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
}
