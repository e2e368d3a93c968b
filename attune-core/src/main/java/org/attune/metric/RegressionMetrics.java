package org.attune.metric;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** A number a row: Pearson and Spearman correlation, mean squared and mean absolute error. */
public final class RegressionMetrics {
  private static final List<String> NAMES = List.of("pearson", "spearman", "mse", "mae");

  private final double[] gold;
  private final double[] predicted;
  private final int[] goldOrder;
  private final int[] predictedOrder;

  private RegressionMetrics(double[] gold, double[] predicted) {
    this.gold = gold;
    this.predicted = predicted;
    goldOrder = order(gold);
    predictedOrder = order(predicted);
  }

  /**
   * Measures predictions.
   *
   * @param seed of the resampling
   */
  public static Evaluation evaluate(double[] gold, double[] predicted, long seed) {
    if (gold.length == 0 || gold.length != predicted.length) {
      throw new IllegalArgumentException(
          gold.length + " numbers and " + predicted.length + " predictions");
    }
    String constant = "all predictions or all targets are the same number";
    return Bootstrap.evaluate(
        NAMES,
        gold.length,
        seed,
        new RegressionMetrics(gold, predicted)::measure,
        Map.of("pearson", constant, "spearman", constant));
  }

  private static int[] order(double[] values) {
    return IntStream.range(0, values.length)
        .boxed()
        .sorted((a, b) -> Double.compare(values[a], values[b]))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  private void measure(int[] weights, double[] values) {
    values[0] = correlation(gold, predicted, weights);
    values[1] =
        correlation(
            ranks(gold, goldOrder, weights), ranks(predicted, predictedOrder, weights), weights);
    double squares = 0;
    double absolutes = 0;
    double rows = 0;
    for (int i = 0; i < gold.length; i++) {
      double error = predicted[i] - gold[i];
      squares += weights[i] * error * error;
      absolutes += weights[i] * Math.abs(error);
      rows += weights[i];
    }
    values[2] = squares / rows;
    values[3] = absolutes / rows;
  }

  /** NaN when either side does not vary. */
  private static double correlation(double[] x, double[] y, int[] weights) {
    double rows = 0;
    double sumX = 0;
    double sumY = 0;
    for (int i = 0; i < x.length; i++) {
      rows += weights[i];
      sumX += weights[i] * x[i];
      sumY += weights[i] * y[i];
    }
    double meanX = sumX / rows;
    double meanY = sumY / rows;
    double xx = 0;
    double yy = 0;
    double xy = 0;
    for (int i = 0; i < x.length; i++) {
      xx += weights[i] * (x[i] - meanX) * (x[i] - meanX);
      yy += weights[i] * (y[i] - meanY) * (y[i] - meanY);
      xy += weights[i] * (x[i] - meanX) * (y[i] - meanY);
    }
    return xx == 0 || yy == 0 ? Double.NaN : xy / Math.sqrt(xx * yy);
  }

  /**
   * Mean rank of each value, equal values sharing theirs, each row counting as often as it weighs.
   */
  private static double[] ranks(double[] values, int[] order, int[] weights) {
    double[] ranks = new double[values.length];
    double before = 0;
    int i = 0;
    while (i < order.length) {
      int end = i;
      double tied = 0;
      while (end < order.length && values[order[end]] == values[order[i]]) {
        tied += weights[order[end++]];
      }
      for (int j = i; j < end; j++) {
        ranks[order[j]] = before + (tied + 1) / 2;
      }
      before += tied;
      i = end;
    }
    return ranks;
  }
}
