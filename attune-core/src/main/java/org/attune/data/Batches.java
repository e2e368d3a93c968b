package org.attune.data;

import java.util.Arrays;
import org.attune.UsageException;

/** Cuts an order of rows into batches. */
final class Batches {
  private Batches() {}

  static int[][] cut(int[] order, int batchSize) {
    if (batchSize < 1) {
      throw new UsageException("data: batch_size is " + batchSize + ", expected at least 1");
    }
    int[][] batches = new int[(order.length + batchSize - 1) / batchSize][];
    for (int i = 0; i < batches.length; i++) {
      int start = i * batchSize;
      batches[i] = Arrays.copyOfRange(order, start, Math.min(order.length, start + batchSize));
    }
    return batches;
  }
}
