package org.attune.train;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.attune.data.Batch;

/**
 * The rows of a data set in the order in which a {@link PrefixFile} holds them, the longest first,
 * and the batches in which they go through the frozen layers: functions of the rows' lengths alone.
 */
final class PrefixRows {
  /**
   * Tokens of a batch, with padding: as fast as any larger number on two cores, and little memory.
   */
  private static final int BATCH_TOKENS = 2048;

  private final Encoded data;
  private final int[] order;

  PrefixRows(Encoded data) {
    this.data = data;
    order =
        IntStream.range(0, data.size())
            .boxed()
            .sorted(Comparator.comparing((Integer row) -> -data.length(row)))
            .mapToInt(row -> row)
            .toArray();
  }

  Encoded data() {
    return data;
  }

  int size() {
    return order.length;
  }

  /** The number of the row at a place of the file. */
  int row(int place) {
    return order[place];
  }

  int length(int row) {
    return data.length(row);
  }

  List<int[]> batches() {
    List<int[]> batches = new ArrayList<>();
    int from = 0;
    while (from < order.length) {
      int count = Math.max(1, BATCH_TOKENS / Math.max(1, length(order[from])));
      int to = Math.min(order.length, from + count);
      batches.add(Arrays.copyOfRange(order, from, to));
      from = to;
    }
    return batches;
  }

  /**
   * A number that tells the tokens of one row of a batch from others, whatever its padding (FNV-1a,
   * 64 bits).
   *
   * @param index of the row in the batch
   * @param length tokens of the row
   */
  static long print(Batch batch, int index, int length) {
    long hash = 0xcbf29ce484222325L;
    int start = index * batch.length();
    for (int i = start; i < start + length; i++) {
      hash = (hash ^ batch.inputIds()[i]) * 0x100000001b3L;
      hash = (hash ^ batch.typeIds()[i]) * 0x100000001b3L;
    }
    return hash;
  }
}
