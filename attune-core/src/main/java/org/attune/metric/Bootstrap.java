package org.attune.metric;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Percentile intervals (Efron and Tibshirani 1993): measures again on data sets of the same size
 * drawn from the rows with replacement. A draw is a weight a row, so that what is sorted once stays
 * sorted. Draws are shared out among the cores; each has a random stream of its own, so the
 * intervals do not depend on how many there are.
 */
final class Bootstrap {
  private static final int RESAMPLES = 1000;
  private static final int FEWEST = 100;

  /** Row draws in all: keeps the intervals of a million rows within seconds. */
  private static final long DRAWS = 40_000_000;

  private static final double TAIL = 0.025;

  /** Measures several quantities on weighted rows; called from several threads at once. */
  interface Measure {
    /** Fills one number a metric; NaN where it is undefined. */
    void measure(int[] weights, double[] values);
  }

  private Bootstrap() {}

  /**
   * Values on all rows with their intervals.
   *
   * @param options of the metrics, for the signature
   * @param reasons why a metric may be undefined, by name
   */
  static Evaluation evaluate(
      List<String> names,
      int rows,
      long seed,
      Measure measure,
      String options,
      Map<String, String> reasons) {
    int[] weights = new int[rows];
    Arrays.fill(weights, 1);
    double[] point = new double[names.size()];
    measure.measure(weights, point);
    int resamples = (int) Math.max(FEWEST, Math.min(RESAMPLES, DRAWS / rows));
    double[][] draws = draws(names.size(), rows, resamples, seed, measure);
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
    String signature =
        "%s|rows:%d|interval:95%%|resamples:%d|seed:%d".formatted(options, rows, resamples, seed);
    return new Evaluation(scores, rows, undefined, signature);
  }

  /** Metrics by draws: [metrics][resamples]. */
  private static double[][] draws(
      int metrics, int rows, int resamples, long seed, Measure measure) {
    // Streams split off one after the other do not overlap, as streams of neighbouring seeds would.
    SplittableRandom root = new SplittableRandom(seed);
    SplittableRandom[] streams = new SplittableRandom[resamples];
    Arrays.setAll(streams, r -> root.split());
    double[][] draws = new double[metrics][resamples];
    IntStream.range(0, resamples)
        .parallel()
        .forEach(
            r -> {
              double[] values = new double[metrics];
              measure.measure(weights(rows, streams[r]), values);
              for (int m = 0; m < metrics; m++) {
                draws[m][r] = values[m];
              }
            });
    return draws;
  }

  private static int[] weights(int rows, SplittableRandom random) {
    int[] weights = new int[rows];
    for (int i = 0; i < rows; i++) {
      weights[random.nextInt(rows)]++;
    }
    return weights;
  }

  /**
   * A resample on which the metric is undefined (one class only, say) does not count. An interval
   * that would leave out the value itself, as with few rows it can, is widened to it.
   */
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
