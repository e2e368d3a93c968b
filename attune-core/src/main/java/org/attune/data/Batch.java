package org.attune.data;

import java.util.List;
import java.util.Objects;
import org.attune.AttuneException;
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

  /** Pads encodings to the longest of them. */
  public static Batch of(List<Encoding> encodings, List<Target> targets, int padId, int[] index) {
    return of(encodings, targets, padId, index, 1);
  }

  /**
   * Pads encodings to a batch.
   *
   * @param multiple T is rounded up to a multiple of this; 8 suits matrix units, 1 pads least
   */
  public static Batch of(
      List<Encoding> encodings, List<Target> targets, int padId, int[] index, int multiple) {
    int rows = encodings.size();
    int longest = encodings.stream().mapToInt(Encoding::length).max().orElse(0);
    int length = Math.floorDiv(longest + multiple - 1, multiple) * multiple;
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

  /** B label numbers, of targets that are {@link Target.Single}. */
  public long[] labelIds() {
    return targets.stream().mapToLong(target -> as(Target.Single.class, target).label()).toArray();
  }

  /**
   * Targets that are {@link Target.Multi}, as B * {@code labels} numbers, 1 where the row has the
   * label and 0 elsewhere.
   */
  public float[] labelMatrix(int labels) {
    float[] matrix = new float[targets.size() * labels];
    for (int r = 0; r < targets.size(); r++) {
      for (int label : as(Target.Multi.class, targets.get(r)).labels()) {
        matrix[r * labels + Objects.checkIndex(label, labels)] = 1;
      }
    }
    return matrix;
  }

  /** B scores, of targets that are {@link Target.Score}. */
  public float[] scores() {
    float[] scores = new float[targets.size()];
    for (int r = 0; r < scores.length; r++) {
      scores[r] = (float) as(Target.Score.class, targets.get(r)).value();
    }
    return scores;
  }

  private static <T extends Target> T as(Class<T> kind, Target target) {
    if (!kind.isInstance(target)) {
      throw new AttuneException(
          "data: a target is "
              + target.getClass().getSimpleName()
              + ", the task expects "
              + kind.getSimpleName()
              + "; does the data have the task's 'label:', 'separator:' or 'score:'?");
    }
    return kind.cast(target);
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
