package org.attune.metric;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** A number a row: Pearson and Spearman correlation, mean squared and mean absolute error. */
public final class RegressionMetrics {
  /** What is measured, in order. */
  public static final List<String> NAMES = List.of("pearson", "spearman", "mse", "mae");

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
   * @param gold the right number of each row
   * @param predicted the given number of each row
   * @param seed of the resampling
   * @throws org.attune.AttuneException when there are no rows, counts differ, or a number is not
   *     finite
   */
  public static Evaluation evaluate(double[] gold, double[] predicted, long seed) {
    Checks.sameRows(gold.length, predicted.length);
    for (int i = 0; i < gold.length; i++) {
      Checks.finite("the gold number", i, gold[i]);
      Checks.finite("the prediction", i, predicted[i]);
    }
    String constant = "all predictions or all targets are the same number";
    return Bootstrap.evaluate(
        NAMES,
        gold.length,
        seed,
        new RegressionMetrics(gold, predicted)::measure,
        "regression",
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
    for (int i = 0; i < gold.length; i++) {
      double error = predicted[i] - gold[i];
      squares += weights[i] * error * error;
      absolutes += weights[i] * Math.abs(error);
    }
    values[2] = squares / gold.length;
    values[3] = absolutes / gold.length;
  }

  /** Pearson's r of weighted rows, means taken off first; NaN when either side does not vary. */
  private static double correlation(double[] x, double[] y, int[] weights) {
    if (isConstant(x, weights) || isConstant(y, weights)) {
      return Double.NaN;
    }
    double sumX = 0;
    double sumY = 0;
    for (int i = 0; i < x.length; i++) {
      sumX += weights[i] * x[i];
      sumY += weights[i] * y[i];
    }
    double meanX = sumX / x.length; // a resample weighs as much as all rows
    double meanY = sumY / y.length;
    double xx = 0;
    double yy = 0;
    double xy = 0;
    for (int i = 0; i < x.length; i++) {
      double dx = x[i] - meanX;
      double dy = y[i] - meanY;
      xx += weights[i] * dx * dx;
      yy += weights[i] * dy * dy;
      xy += weights[i] * dx * dy;
    }
    double r = xy / (Math.sqrt(xx) * Math.sqrt(yy));
    return Math.max(-1, Math.min(1, r));
  }

  /** Compared value by value: the mean of equal numbers need not be that number exactly. */
  private static boolean isConstant(double[] values, int[] weights) {
    int first = 0;
    while (weights[first] == 0) {
      first++;
    }
    for (int i = first + 1; i < values.length; i++) {
      if (weights[i] > 0 && values[i] != values[first]) {
        return false;
      }
    }
    return true;
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
