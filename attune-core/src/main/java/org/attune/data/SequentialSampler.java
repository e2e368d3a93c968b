package org.attune.data;

import java.util.stream.IntStream;

/** The order of the data, in every epoch. */
final class SequentialSampler implements Sampler {
  @Override
  public int[][] batches(int[] lengths, int batchSize, long seed, int epoch) {
    return Batches.cut(IntStream.range(0, lengths.length).toArray(), batchSize);
  }

  @Override
  public String fingerprint() {
    return "sequential";
  }
}
