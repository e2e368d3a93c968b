package org.attune.data;

/**
 * Random orders that are a pure function of (seed, stream) on every machine and Java version:
 * Fisher-Yates over SplitMix64 (Steele, Lea and Flood 2014).
 *
 * <p>The seed is mixed before the stream is added, and the sum once more. SplitMix64's state merely
 * counts up, so unmixed neighbours such as seeds 1 and 2 would draw the same numbers, shifted by
 * one.
 */
final class Shuffle {
  private static final long GAMMA = 0x9e3779b97f4a7c15L;

  private long state;

  Shuffle(long seed, long stream) {
    state = mix(mix(seed + GAMMA) + stream);
  }

  private static long mix(long value) {
    long z = value;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }

  private long nextLong() {
    state += GAMMA;
    return mix(state);
  }

  /** A whole number in [0, bound), even to one part in 2^32 / bound. */
  int below(int bound) {
    return (int) (((nextLong() >>> 32) * bound) >>> 32);
  }

  /** 0 .. count - 1 in random order. */
  int[] permutation(int count) {
    int[] order = new int[count];
    for (int i = 0; i < count; i++) {
      order[i] = i;
    }
    shuffle(order);
    return order;
  }

  void shuffle(int[] values) {
    for (int i = values.length - 1; i > 0; i--) {
      int j = below(i + 1);
      int swap = values[i];
      values[i] = values[j];
      values[j] = swap;
    }
  }
}
