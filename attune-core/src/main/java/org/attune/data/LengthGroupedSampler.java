package org.attune.data;

import java.util.Arrays;
import java.util.Comparator;

/**
 * Groups rows of like length as transformers' {@code LengthGroupedSampler} does: a random order is
 * cut into mega-batches of {@value #MEGA} batches, each is sorted by length and cut into batches.
 * The batches then come in random order, the one with the longest row first, so that a run that
 * will not fit in memory fails at once and not after an hour.
 */
final class LengthGroupedSampler implements Sampler {
  private static final int MEGA = 50;

  @Override
  public int[][] batches(int[] lengths, int batchSize, long seed, int epoch) {
    Shuffle shuffle = new Shuffle(seed, epoch);
    Integer[] order =
        Arrays.stream(shuffle.permutation(lengths.length)).boxed().toArray(Integer[]::new);
    int mega = (int) Math.min(Integer.MAX_VALUE, (long) MEGA * batchSize);
    for (int start = 0; start < order.length; start += mega) {
      int end = (int) Math.min(order.length, (long) start + mega);
      Arrays.sort(order, start, end, Comparator.comparingInt(row -> -lengths[row]));
    }
    int[][] batches =
        Batches.cut(Arrays.stream(order).mapToInt(Integer::intValue).toArray(), batchSize);
    int[] turns = shuffle.permutation(batches.length);
    int[][] mixed = new int[batches.length][];
    for (int i = 0; i < mixed.length; i++) {
      mixed[i] = batches[turns[i]];
    }
    longestFirst(mixed, lengths);
    return mixed;
  }

  @Override
  public String fingerprint() {
    return "length-grouped";
  }

  private static void longestFirst(int[][] batches, int[] lengths) {
    int longest = 0;
    for (int i = 1; i < batches.length; i++) {
      // A batch's first row is its longest.
      if (lengths[batches[i][0]] > lengths[batches[longest][0]]) {
        longest = i;
      }
    }
    if (batches.length > 1) {
      int[] swap = batches[0];
      batches[0] = batches[longest];
      batches[longest] = swap;
    }
  }
}
