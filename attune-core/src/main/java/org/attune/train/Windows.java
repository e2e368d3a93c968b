package org.attune.train;

import java.util.Arrays;
import java.util.Comparator;
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

  private Windows(Windows other, int batchSize, int accumulate) {
    sampler = other.sampler;
    lengths = other.lengths;
    seed = other.seed;
    this.batchSize = batchSize;
    this.accumulate = accumulate;
    perEpoch = ceilDiv(lengths.length, (long) batchSize * accumulate);
  }

  /** The same rows in batches of another size. */
  Windows inBatches(int newBatchSize, int newAccumulate) {
    return new Windows(this, newBatchSize, newAccumulate);
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
   * Cuts a batch of too many tokens for one pass into parts of about as many tokens each. On a CPU
   * the parts are as fast as the whole, and the activations of one part are all that memory must
   * hold. Rows of like length share a part, which leaves less to pad.
   */
  int[][] passes(int[] rows) {
    int[] sorted = longestFirst(rows);
    long total = tokens(sorted);
    int count = (int) Math.min(rows.length, Math.max(1, ceilDiv(total, PASS_TOKENS)));
    int[][] passes = new int[count][];
    int from = 0;
    long before = 0; // tokens of the rows up to from
    for (int i = 0; i < count; i++) {
      int to = from;
      int last = sorted.length - (count - 1 - i); // leaves a row for each part to come
      while (to < last && (to == from || before < total * (i + 1) / count)) {
        before += lengths[sorted[to++]];
      }
      passes[i] = Arrays.copyOfRange(sorted, from, i == count - 1 ? sorted.length : to);
      from = to;
    }
    return passes;
  }

  /** The rows of a batch in the order in which they would go through the model in one part. */
  int[] longestFirst(int[] rows) {
    return Arrays.stream(rows)
        .boxed()
        .sorted(Comparator.comparing(row -> -lengths[row]))
        .mapToInt(row -> row)
        .toArray();
  }

  /** Tokens of some rows, without padding. */
  long tokens(int[] rows) {
    return Arrays.stream(rows).mapToLong(row -> lengths[row]).sum();
  }
}
