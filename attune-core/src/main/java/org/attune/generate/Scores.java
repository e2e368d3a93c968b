package org.attune.generate;

import java.util.Arrays;
import java.util.List;
import org.attune.tensor.Selection;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;

/**
 * The scores [R, V] of the next token while they are processed. Bans are collected and written to
 * native memory together, so that a step costs a handful of native calls however many rules there
 * are, and no copy of the scores.
 */
final class Scores {
  /** A change of one number. */
  interface Change {
    float of(float score);
  }

  private final Tensor scores;
  private final int rows;
  private final int vocabulary;
  private long[] banned = new long[64];
  private int bans;

  /**
   * Scores to be changed in place.
   *
   * @param scores [R, V] F32, contiguous
   */
  Scores(Tensor scores) {
    this.scores = scores;
    this.rows = (int) scores.size(0);
    this.vocabulary = (int) scores.size(1);
  }

  int rows() {
    return rows;
  }

  int vocabulary() {
    return vocabulary;
  }

  /** The token cannot be chosen: -inf. */
  void ban(int row, int token) {
    if (bans == banned.length) {
      banned = Arrays.copyOf(banned, 2 * bans);
    }
    banned[bans++] = place(row, token);
  }

  /** Only these tokens can be chosen, each with the score 0, whatever was banned before. */
  void force(int row, List<Integer> tokens) {
    write();
    Selection.fillRowsInPlace(
        scores, Tensors.ofLongs(new long[] {row}, 1), Double.NEGATIVE_INFINITY);
    long[] places = tokens.stream().mapToLong(token -> place(row, token)).toArray();
    put(places, new float[places.length]);
  }

  /**
   * Changes single scores, each by its present value.
   *
   * @param places of {@link #place}; one that comes twice is changed once
   */
  void change(long[] places, Change change) {
    write();
    if (places.length == 0) {
      return;
    }
    float[] values = Selection.take(scores, Tensors.ofLongs(places, places.length)).toFloats();
    for (int i = 0; i < values.length; i++) {
      values[i] = change.of(values[i]);
    }
    put(places, values);
  }

  /** Row-major place of a score. */
  long place(int row, int token) {
    return (long) row * vocabulary + token;
  }

  /** The scores with all changes written. */
  Tensor result() {
    write();
    return scores;
  }

  private void write() {
    if (bans > 0) {
      float[] dropped = new float[bans];
      Arrays.fill(dropped, Float.NEGATIVE_INFINITY);
      put(Arrays.copyOf(banned, bans), dropped);
      bans = 0;
    }
  }

  private void put(long[] places, float[] values) {
    Selection.putInPlace(
        scores, Tensors.ofLongs(places, places.length), Tensors.ofFloats(values, values.length));
  }
}
