package org.attune.data;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
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
 * @param labels what a language model should predict at each place, of the decoder where there is
 *     one; {@link #IGNORE} where nothing; empty for other tasks
 * @param packing where several texts share a row
 * @param decoder what a decoder reads beside its encoder
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
    int[] index,
    long[] labels,
    Optional<Packing> packing,
    Optional<Decoder> decoder) {
  /** A place that counts for nothing. */
  public static final long IGNORE = -100;

  /**
   * Texts side by side in one row, which must not see each other.
   *
   * @param positions B * T, from 0 in each text
   * @param segments B * T, the same number for tokens of the same text
   */
  @SuppressWarnings("ArrayRecordComponent") // as of the batch
  public record Packing(long[] positions, int[] segments) {}

  /**
   * The decoder's side of a batch.
   *
   * @param length U
   * @param ids B * U
   * @param mask B * U, 1 for a token and 0 for padding
   * @param padded whether any row is shorter than U
   */
  @SuppressWarnings("ArrayRecordComponent") // as of the batch
  public record Decoder(int length, long[] ids, long[] mask, boolean padded) {}

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
    return new Batch(
        rows,
        length,
        ids,
        mask,
        types,
        padded,
        targets,
        index,
        new long[0],
        Optional.empty(),
        Optional.empty());
  }

  /** Pads rows of ids, all of segment 0, to the longest of them. */
  public static Batch ofIds(List<int[]> rows, List<Target> targets, int padId, int[] index) {
    Padded ids = Padded.of(rows, padId);
    return new Batch(
        rows.size(),
        ids.length(),
        ids.values(),
        ids.mask(),
        new long[ids.values().length],
        ids.padded(),
        targets,
        index,
        new long[0],
        Optional.empty(),
        Optional.empty());
  }

  /** With what to predict at each place; rows are padded with {@link #IGNORE}. */
  public Batch withLabels(List<long[]> rowLabels) {
    int width = decoder.map(Decoder::length).orElse(length);
    long[] all = new long[rows * width];
    Arrays.fill(all, IGNORE);
    for (int r = 0; r < rows; r++) {
      System.arraycopy(rowLabels.get(r), 0, all, r * width, rowLabels.get(r).length);
    }
    return with(typeIds, all, packing, decoder);
  }

  /** The same rows under other numbers, as those of a larger set that holds theirs. */
  public Batch withIndex(int[] numbers) {
    return new Batch(
        rows,
        length,
        inputIds,
        attentionMask,
        typeIds,
        padded,
        targets,
        numbers,
        labels,
        packing,
        decoder);
  }

  /** With segments of each token. */
  public Batch withTypeIds(long[] types) {
    return with(types, labels, packing, decoder);
  }

  public Batch withPacking(Packing texts) {
    return with(typeIds, labels, Optional.of(texts), decoder);
  }

  /** With rows for the decoder, padded to the longest of them. */
  public Batch withDecoder(List<int[]> decoderRows, int padId) {
    Padded ids = Padded.of(decoderRows, padId);
    return with(
        typeIds,
        labels,
        packing,
        Optional.of(new Decoder(ids.length(), ids.values(), ids.mask(), ids.padded())));
  }

  private Batch with(
      long[] types, long[] newLabels, Optional<Packing> texts, Optional<Decoder> other) {
    return new Batch(
        rows,
        length,
        inputIds,
        attentionMask,
        types,
        padded,
        targets,
        index,
        newLabels,
        texts,
        other);
  }

  /** How many places have a label. */
  public long labelled() {
    return Arrays.stream(labels).filter(label -> label != IGNORE).count();
  }

  @SuppressWarnings("ArrayRecordComponent") // parts of the batch
  private record Padded(int length, long[] values, long[] mask, boolean padded) {
    static Padded of(List<int[]> rows, int padId) {
      int length = rows.stream().mapToInt(row -> row.length).max().orElse(0);
      long[] values = new long[rows.size() * length];
      long[] mask = new long[values.length];
      boolean padded = false;
      for (int r = 0; r < rows.size(); r++) {
        int[] row = rows.get(r);
        for (int t = 0; t < length; t++) {
          values[r * length + t] = t < row.length ? row[t] : padId;
          mask[r * length + t] = t < row.length ? 1 : 0;
        }
        padded |= row.length < length;
      }
      return new Padded(length, values, mask, padded);
    }
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
