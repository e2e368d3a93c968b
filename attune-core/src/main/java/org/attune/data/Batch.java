package org.attune.data;

import java.util.List;
import org.attune.text.Encoding;

/**
 * Rows of token ids padded to the longest of them, row-major.
 *
 * @param rows B
 * @param length T
 * @param inputIds B * T ids
 * @param attentionMask B * T, 1 for a token and 0 for padding
 * @param typeIds B * T segments
 * @param padded whether any row is shorter than T
 * @param targets what the rows, or groups of rows, should be answered with
 * @param index numbers of the examples in their data set
 */
@SuppressWarnings("ArrayRecordComponent") // handed straight to the engine, which copies them
public record Batch(
    int rows,
    int length,
    long[] inputIds,
    long[] attentionMask,
    long[] typeIds,
    boolean padded,
    List<Target> targets,
    int[] index) {

  public Batch {
    targets = List.copyOf(targets);
  }

  /** Pads encodings to a batch. */
  public static Batch of(List<Encoding> encodings, List<Target> targets, int padId, int[] index) {
    int rows = encodings.size();
    int length = encodings.stream().mapToInt(Encoding::length).max().orElse(0);
    long[] ids = new long[rows * length];
    long[] mask = new long[rows * length];
    long[] types = new long[rows * length];
    boolean padded = false;
    for (int r = 0; r < rows; r++) {
      Encoding encoding = encodings.get(r);
      int at = r * length;
      for (int t = 0; t < encoding.length(); t++) {
        ids[at + t] = encoding.ids()[t];
        types[at + t] = encoding.typeIds()[t];
        mask[at + t] = 1;
      }
      for (int t = encoding.length(); t < length; t++) {
        ids[at + t] = padId;
        padded = true;
      }
    }
    return new Batch(rows, length, ids, mask, types, padded, targets, index);
  }

  /** Tokens that are no padding. */
  public long tokens() {
    long count = 0;
    for (long one : attentionMask) {
      count += one;
    }
    return count;
  }
}
