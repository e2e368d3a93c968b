package org.attune.data;

/**
 * Says which rows make up each batch of an epoch: a pure function, so that a resumed run goes on
 * exactly.
 */
public interface Sampler {
  /**
   * The batches of one epoch; every row is in exactly one.
   *
   * @param lengths tokens in each row
   * @param batchSize rows in a batch; the last may have fewer
   * @return row numbers by batch
   */
  int[][] batches(int[] lengths, int batchSize, long seed, int epoch);

  /** Rows of like length together, otherwise random: the least padding. */
  static Sampler lengthGrouped() {
    return new LengthGroupedSampler();
  }

  /** All orders equally likely. */
  static Sampler random() {
    return (lengths, batchSize, seed, epoch) ->
        Batches.cut(new Shuffle(seed, epoch).permutation(lengths.length), batchSize);
  }

  /** The order of the data. */
  static Sampler sequential() {
    return (lengths, batchSize, seed, epoch) -> {
      int[] order = new int[lengths.length];
      for (int i = 0; i < order.length; i++) {
        order[i] = i;
      }
      return Batches.cut(order, batchSize);
    };
  }
}
