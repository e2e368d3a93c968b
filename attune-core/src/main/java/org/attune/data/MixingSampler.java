package org.attune.data;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.attune.UsageException;

/**
 * The order of rows of several data sets that stand one after the other: each comes up as often as
 * {@link Mixing} says, to the nearest batch or row of a pass. Each data set goes through its own
 * rows in random order, all of them before any comes again, and goes on in the next pass where the
 * last one ended: a small one may come round several times in a pass, a large one may need several.
 *
 * <p>A pass has as many batches as one over all rows.
 */
public final class MixingSampler implements Sampler {
  /** Apart from the streams of the other orders, whose numbers are passes. */
  private static final long STREAM = 1L << 41;

  private final List<Integer> sizes;
  private final Mixing mixing;
  private final Sampler within;
  private final int unit;

  private MixingSampler(List<Integer> sizes, Mixing mixing, Sampler within, int unit) {
    this.sizes = List.copyOf(sizes);
    this.mixing = mixing;
    this.within = within;
    this.unit = unit;
    if (sizes.isEmpty() || sizes.stream().anyMatch(size -> size < 1)) {
      throw new UsageException("mixing: a data set is empty; their sizes are " + sizes);
    }
  }

  /**
   * Rows of all data sets side by side in a batch.
   *
   * @param within orders the rows that a pass reads
   */
  public static MixingSampler ofRows(List<Integer> sizes, Mixing mixing, Sampler within) {
    return new MixingSampler(sizes, mixing, within, 1);
  }

  /**
   * Every batch from one data set, as tasks with heads of their own need it.
   *
   * @param batchSize rows of a batch; a window of several batches may hold several data sets
   */
  public static MixingSampler ofBatches(
      List<Integer> sizes, Mixing mixing, Sampler within, int batchSize) {
    return new MixingSampler(sizes, mixing, within, batchSize);
  }

  @Override
  public String fingerprint() {
    return "mixing(" + sizes + ", " + mixing + ", " + unit + ", " + within.fingerprint() + ")";
  }

  @Override
  public int[][] batches(int[] lengths, int windowSize, long seed, int epoch) {
    int all = sizes.stream().mapToInt(Integer::intValue).sum();
    if (lengths.length != all || windowSize % unit != 0) {
      throw new UsageException(
          String.format(
              "mixing: there are %d rows in windows of %d, expected %d in windows of a multiple of %d",
              lengths.length, windowSize, all, unit));
    }
    int windows = (all + windowSize - 1) / windowSize;
    int[] units = counts(windows * (windowSize / unit));
    return unit == 1
        ? rows(lengths, windowSize, seed, epoch, units)
        : windows(lengths, windowSize, seed, epoch, units);
  }

  /** How many units of a pass each data set has: its share, by largest remainder. */
  int[] counts(int total) {
    double[] shares = mixing.shares(sizes);
    int[] counts = new int[shares.length];
    int left = total;
    for (int i = 0; i < counts.length; i++) {
      counts[i] = (int) Math.floor(shares[i] * total);
      left -= counts[i];
    }
    List<Integer> byRemainder =
        IntStream.range(0, counts.length)
            .boxed()
            .sorted((a, b) -> Double.compare(rest(shares[b] * total), rest(shares[a] * total)))
            .toList();
    for (int i = 0; i < left; i++) {
      counts[byRemainder.get(i % counts.length)]++;
    }
    return counts;
  }

  private static double rest(double number) {
    return number - Math.floor(number);
  }

  private int[][] rows(int[] lengths, int windowSize, long seed, int epoch, int[] units) {
    List<Integer> chosen = new ArrayList<>();
    for (int set = 0; set < units.length; set++) {
      for (int row : next(set, units[set], seed, epoch)) {
        chosen.add(row);
      }
    }
    return ordered(
        chosen.stream().mapToInt(row -> row).toArray(), lengths, windowSize, seed, epoch);
  }

  private int[][] windows(int[] lengths, int windowSize, long seed, int epoch, int[] units) {
    List<int[]> batches = new ArrayList<>();
    for (int set = 0; set < units.length; set++) {
      int[] chosen = next(set, units[set] * unit, seed, epoch);
      batches.addAll(List.of(ordered(chosen, lengths, unit, seed, epoch)));
    }
    int[] turns = new Shuffle(seed, STREAM + epoch).permutation(batches.size());
    int perWindow = windowSize / unit;
    int[][] windows = new int[batches.size() / perWindow][windowSize];
    for (int i = 0; i < turns.length; i++) {
      int[] batch = batches.get(turns[i]);
      System.arraycopy(batch, 0, windows[i / perWindow], i % perWindow * unit, unit);
    }
    return windows;
  }

  /** Chosen rows in the order in which the other sampler would have them. */
  private int[][] ordered(int[] chosen, int[] lengths, int batchSize, long seed, int epoch) {
    if (chosen.length == 0) {
      return new int[0][];
    }
    int[] own = IntStream.of(chosen).map(row -> lengths[row]).toArray();
    int[][] batches = within.batches(own, batchSize, seed, epoch);
    for (int[] batch : batches) {
      for (int i = 0; i < batch.length; i++) {
        batch[i] = chosen[batch[i]];
      }
    }
    return batches;
  }

  /** The rows of one data set whose turn it is in a pass, numbered among all rows. */
  private int[] next(int set, int count, long seed, int epoch) {
    int size = sizes.get(set);
    int before = sizes.subList(0, set).stream().mapToInt(Integer::intValue).sum();
    long start = (long) epoch * count;
    int[] rows = new int[count];
    long round = -1;
    int[] order = {};
    for (int i = 0; i < count; i++) {
      if ((start + i) / size != round) {
        round = (start + i) / size;
        order = new Shuffle(seed, STREAM * (set + 2) + round).permutation(size);
      }
      rows[i] = before + order[(int) ((start + i) % size)];
    }
    return rows;
  }
}
