package org.attune.train;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.attune.UsageException;
import org.attune.data.Sampler;

/**
 * Which rows each step reads: a pure function of the seed and the step.
 *
 * <p>An epoch is cut into windows of {@code accumulate * batchSize} rows, the last one smaller, and
 * a window into batches. So k batches of b are the same rows as one batch of k * b.
 */
final class Windows {
  /** Twice as many made a step 4 % faster and its peak 55 MB higher; see docs/performance.md. */
  private static final long PASS_TOKENS = 512;

  private final Sampler sampler;
  private final int[] lengths;
  private final int batchSize;
  private final int accumulate;
  private final long seed;
  private final long perEpoch;
  private long epoch = -1;
  private int[][] windows = {};

  /**
   * The windows of a training set.
   *
   * @throws UsageException when it is empty or a window would be longer than an epoch
   */
  Windows(Encoded data, Sampler sampler, TrainSettings settings) {
    this.sampler = sampler;
    if (data.size() == 0) {
      throw new UsageException("train: the training set is empty");
    }
    lengths = IntStream.range(0, data.size()).map(data::length).toArray();
    batchSize = settings.batchSize();
    accumulate = settings.accumulate();
    seed = settings.seed();
    long batches = ceilDiv(lengths.length, batchSize);
    if (accumulate > batches) {
      throw new UsageException(
          String.format(
              "train: accumulate is %d but an epoch has %d batches (%d examples, batch_size %d);"
                  + " lower accumulate or batch_size",
              accumulate, batches, lengths.length, batchSize));
    }
    perEpoch = ceilDiv(lengths.length, (long) batchSize * accumulate);
  }

  private static long ceilDiv(long a, long b) {
    return (a + b - 1) / b;
  }

  /** Steps of one pass over the training set. */
  long perEpoch() {
    return perEpoch;
  }

  /** The pass over the training set that a step is in, from 0. */
  int epoch(long step) {
    return Math.toIntExact(step / perEpoch);
  }

  /**
   * The batches of one step, as row numbers.
   *
   * @param step steps done before it, from the start of the run
   */
  int[][] at(long step) {
    if (step / perEpoch != epoch) {
      epoch = step / perEpoch;
      windows = sampler.batches(lengths, batchSize * accumulate, seed, Math.toIntExact(epoch));
    }
    int[] rows = windows[(int) (step % perEpoch)];
    return IntStream.range(0, (int) ceilDiv(rows.length, batchSize))
        .mapToObj(i -> batch(rows, i))
        .toArray(int[][]::new);
  }

  private int[] batch(int[] rows, int index) {
    int from = index * batchSize;
    return Arrays.copyOfRange(rows, from, Math.min(rows.length, from + batchSize));
  }

  /**
   * Cuts a batch whose padded tokens are too many for one pass into parts of like size. On a CPU
   * the parts are as fast as the whole, and the activations of one part are all that memory must
   * hold.
   */
  int[][] passes(int[] rows) {
    long longest = Arrays.stream(rows).map(row -> lengths[row]).max().orElse(0);
    int count = (int) Math.min(rows.length, ceilDiv(rows.length * longest, PASS_TOKENS));
    return IntStream.range(0, Math.max(1, count))
        .mapToObj(
            i ->
                Arrays.copyOfRange(
                    rows, part(rows.length, i, count), part(rows.length, i + 1, count)))
        .toArray(int[][]::new);
  }

  private static int part(int rows, int index, int count) {
    return (int) ((long) rows * index / Math.max(1, count));
  }

  /** Tokens of some rows, without padding. */
  long tokens(int[] rows) {
    return Arrays.stream(rows).mapToLong(row -> lengths[row]).sum();
  }
}
