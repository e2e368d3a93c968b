package org.attune.data.noise;

/**
 * Random numbers that are a pure function of (seed, epoch, row, how many were drawn before), on
 * every machine: SplitMix64 (Steele, Lea and Flood 2014), whose state is a counter, begun at a
 * place of its own for each row of each epoch.
 */
public final class RowRandom {
  private static final long GAMMA = 0x9e3779b97f4a7c15L;

  private long state;

  private RowRandom(long state) {
    this.state = state;
  }

  public static RowRandom of(long seed, long epoch, long row) {
    return new RowRandom(mix(mix(mix(seed + GAMMA) + epoch) + row));
  }

  private static long mix(long value) {
    long z = value + GAMMA;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }

  private long nextLong() {
    state += GAMMA;
    return mix(state);
  }

  /** A number in [0, 1), one of 2^53. */
  public double nextDouble() {
    return (nextLong() >>> 11) * 0x1p-53;
  }

  /** True with a probability. */
  public boolean chance(double probability) {
    return nextDouble() < probability;
  }

  /** A whole number in [0, bound), even to one part in 2^32 / bound. */
  public int below(int bound) {
    return (int) (((nextLong() >>> 32) * bound) >>> 32);
  }

  /** All orders equally likely (Fisher and Yates). */
  public void shuffle(int[] values) {
    for (int i = values.length - 1; i > 0; i--) {
      int j = below(i + 1);
      int swap = values[i];
      values[i] = values[j];
      values[j] = swap;
    }
  }

  /** 0 .. count - 1 in random order. */
  public int[] permutation(int count) {
    int[] order = new int[count];
    for (int i = 0; i < count; i++) {
      order[i] = i;
    }
    shuffle(order);
    return order;
  }

  /** How often something happens that happens {@code mean} times on average (Knuth). */
  public int poisson(double mean) {
    double limit = Math.exp(-mean);
    double product = nextDouble();
    int count = 0;
    while (product > limit) {
      product *= nextDouble();
      count++;
    }
    return count;
  }
}
