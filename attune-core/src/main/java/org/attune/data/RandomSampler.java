package org.attune.data;

/** All orders equally likely, another in each epoch. */
final class RandomSampler implements Sampler {
  @Override
  public int[][] batches(int[] lengths, int batchSize, long seed, int epoch) {
    return Batches.cut(new Shuffle(seed, epoch).permutation(lengths.length), batchSize);
  }

  @Override
  public String fingerprint() {
    return "random";
  }
}
