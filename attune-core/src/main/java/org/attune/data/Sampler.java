package org.attune.data;

/**
 * Says which rows make up each batch of an epoch: a pure function, so that a resumed run goes on
 * exactly.
 */
public interface Sampler {
  /**
   * The batches of one epoch, as many in each epoch. Every row is in exactly one, unless the
   * sampler says otherwise.
   *
   * @param lengths tokens in each row
   * @param batchSize rows in a batch; the last may have fewer
   * @return row numbers by batch
   */
  int[][] batches(int[] lengths, int batchSize, long seed, int epoch);

  /** What it is and its settings: a run is only resumed with the same. */
  String fingerprint();

  /** Rows of like length together, otherwise random: the least padding. */
  static Sampler lengthGrouped() {
    return new LengthGroupedSampler();
  }

  /** All orders equally likely. */
  static Sampler random() {
    return new RandomSampler();
  }

  /** The order of the data. */
  static Sampler sequential() {
    return new SequentialSampler();
  }
}
