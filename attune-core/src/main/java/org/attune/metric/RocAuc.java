package org.attune.metric;

import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Area under the ROC curve: the probability that a positive row scores above a negative one, ties
 * counting half (Mann and Whitney 1947). Sorted once, then linear for each weighting.
 */
final class RocAuc {
  private final int[] order;
  private final double[] scores;
  private final boolean[] positive;

  RocAuc(double[] scores, boolean[] positive) {
    this.scores = scores;
    this.positive = positive;
    order =
        IntStream.range(0, scores.length)
            .boxed()
            .sorted(Comparator.comparingDouble((Integer row) -> scores[row]))
            .mapToInt(Integer::intValue)
            .toArray();
  }

  /** NaN unless there is weight on both sides. */
  double value(int[] weights) {
    double below = 0;
    double wins = 0;
    double positives = 0;
    int i = 0;
    while (i < order.length) {
      double tiedPositive = 0;
      double tiedNegative = 0;
      double score = scores[order[i]];
      for (; i < order.length && scores[order[i]] == score; i++) {
        if (positive[order[i]]) {
          tiedPositive += weights[order[i]];
        } else {
          tiedNegative += weights[order[i]];
        }
      }
      wins += tiedPositive * (below + tiedNegative / 2);
      below += tiedNegative;
      positives += tiedPositive;
    }
    return positives == 0 || below == 0 ? Double.NaN : wins / (positives * below);
  }
}
