package org.attune.data;

/**
 * Random orders that are a pure function of their seed on every machine and Java version:
 * Fisher-Yates with SplitMix64 (Steele et al. 2014).
 */
final class Shuffle {
  private long state;

  Shuffle(long seed, long stream) {
    state = seed * 0x9e3779b97f4a7c15L + stream * 0xd1342543de82ef95L;
    nextLong();
  }

  private long nextLong() {
    state += 0x9e3779b97f4a7c15L;
    long z = state;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }

  /** A whole number in [0, bound). */
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
