package org.attune.metric;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Area under the ROC curve: the probability that a positive row scores above a negative one, ties
 * counting half (Mann and Whitney 1947). Sorted once, then linear for each weighting.
 *
 * <p>With many labels positives are few, so only runs of equal scores that hold one are looked at:
 * their positives win against all rows below, half against the tied, and the share of that which is
 * positives against positives is always half their number squared.
 */
final class RocAuc {
  private final int[] order; // rows by rising score, of equal scores the positives first
  private final int[] starts; // of each run of equal scores that holds a positive, in that order
  private final int[] negatives; // where the negatives of the run start
  private final int[] ends; // where the run ends

  RocAuc(double[] scores, boolean[] positive) {
    int rows = scores.length;
    // Adding 0.0 makes -0.0 and 0.0 a tie.
    order =
        IntStream.range(0, rows)
            .boxed()
            .sorted(
                Comparator.comparingDouble((Integer row) -> scores[row] + 0.0)
                    .thenComparing(row -> !positive[row]))
            .mapToInt(Integer::intValue)
            .toArray();
    starts =
        IntStream.range(0, rows)
            .filter(i -> positive[order[i]])
            .filter(i -> i == 0 || scores[order[i]] != scores[order[i - 1]])
            .toArray();
    ends = new int[starts.length];
    negatives = new int[starts.length];
    for (int run = 0; run < starts.length; run++) {
      int end = starts[run];
      int firstNegative = end;
      for (; end < rows && scores[order[end]] == scores[order[starts[run]]]; end++) {
        firstNegative += positive[order[end]] ? 1 : 0;
      }
      ends[run] = end;
      negatives[run] = firstNegative;
    }
  }

  /** Whether there are rows of both kinds, so that the area is defined. */
  boolean hasBothKinds() {
    int positives = 0;
    for (int run = 0; run < starts.length; run++) {
      positives += negatives[run] - starts[run];
    }
    return positives > 0 && positives < order.length;
  }

  /**
   * NaN unless there is weight on both sides.
   *
   * @param weights of the rows, as many in all as there are rows; sums of them, so exact
   */
  double value(int[] weights) {
    long below = 0; // weight of all rows with a smaller score
    long twice = 0; // twice the pairs won: a tie is one
    long positives = 0;
    int at = 0;
    for (int run = 0; run < starts.length; run++) {
      below += sum(weights, at, starts[run]);
      long tiedPositive = sum(weights, starts[run], negatives[run]);
      long tied = tiedPositive + sum(weights, negatives[run], ends[run]);
      twice += tiedPositive * (2 * below + tied);
      below += tied;
      positives += tiedPositive;
      at = ends[run];
    }
    long pairs = positives * (order.length - positives);
    return pairs == 0 ? Double.NaN : (twice - positives * positives) / (2.0 * pairs);
  }

  private long sum(int[] weights, int from, int to) {
    int sum = 0;
    for (int i = from; i < to; i++) {
      sum += weights[order[i]];
    }
    return sum;
  }

  /** Mean area over the labels that have rows of both kinds; NaN when none has. */
  static double mean(List<RocAuc> curves, int[] weights) {
    double sum = 0;
    int defined = 0;
    for (RocAuc curve : curves) {
      double area = curve.value(weights);
      if (!Double.isNaN(area)) {
        sum += area;
        defined++;
      }
    }
    return defined == 0 ? Double.NaN : sum / defined;
  }
}
