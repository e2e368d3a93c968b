package org.attune.metric;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Percentile intervals (Efron and Tibshirani 1993): measures again on data sets of the same size
 * drawn from the rows with replacement. A draw is a weight a row, so that what is sorted once stays
 * sorted.
 */
final class Bootstrap {
  private static final int RESAMPLES = 1000;
  private static final int FEWEST = 100;

  /** Row draws in all: keeps the intervals of a million rows within seconds. */
  private static final long DRAWS = 40_000_000;

  private static final double TAIL = 0.025;

  /** Measures several quantities on weighted rows. */
  interface Measure {
    /** Fills one number a metric; NaN where it is undefined. */
    void measure(int[] weights, double[] values);
  }

  private Bootstrap() {}

  /**
   * Values on all rows with their intervals.
   *
   * @param reasons why a metric may be undefined, by name
   */
  static Evaluation evaluate(
      List<String> names, int rows, long seed, Measure measure, Map<String, String> reasons) {
    int[] weights = new int[rows];
    Arrays.fill(weights, 1);
    double[] point = new double[names.size()];
    measure.measure(weights, point);
    double[][] draws = draws(names.size(), rows, seed, measure);
    Map<String, Score> scores = new LinkedHashMap<>();
    Map<String, String> undefined = new LinkedHashMap<>();
    for (int m = 0; m < point.length; m++) {
      String name = names.get(m);
      if (Double.isNaN(point[m])) {
        undefined.put(name, reasons.getOrDefault(name, "undefined on this data"));
      } else {
        scores.put(name, interval(name, point[m], draws[m]));
      }
    }
    return new Evaluation(scores, rows, undefined);
  }

  private static double[][] draws(int metrics, int rows, long seed, Measure measure) {
    int resamples = (int) Math.max(FEWEST, Math.min(RESAMPLES, DRAWS / Math.max(1, rows)));
    double[][] draws = new double[metrics][resamples];
    SplittableRandom random = new SplittableRandom(seed);
    int[] weights = new int[rows];
    double[] values = new double[metrics];
    for (int r = 0; r < resamples; r++) {
      Arrays.fill(weights, 0);
      for (int i = 0; i < rows; i++) {
        weights[random.nextInt(rows)]++;
      }
      measure.measure(weights, values);
      for (int m = 0; m < metrics; m++) {
        draws[m][r] = values[m];
      }
    }
    return draws;
  }

  /** A resample on which the metric is undefined (one class only, say) does not count. */
  private static Score interval(String name, double value, double[] draws) {
    double[] sorted = Arrays.stream(draws).filter(d -> !Double.isNaN(d)).sorted().toArray();
    if (sorted.length == 0) {
      return new Score(name, value, value, value);
    }
    double low = sorted[(int) Math.floor(TAIL * (sorted.length - 1))];
    double high = sorted[(int) Math.ceil((1 - TAIL) * (sorted.length - 1))];
    return new Score(name, value, Math.min(low, value), Math.max(high, value));
  }
}
