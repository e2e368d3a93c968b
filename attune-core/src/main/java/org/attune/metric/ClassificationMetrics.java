package org.attune.metric;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * One label a row: accuracy, precision, recall and F1 averaged over labels (macro, micro, weighted;
 * with two labels also of the second alone), Matthews correlation, log loss and ROC-AUC (with more
 * than two labels one against the rest, averaged). Averages are over the labels that occur in the
 * data: for ROC-AUC as gold label, else as gold or as predicted label.
 */
public final class ClassificationMetrics {
  private static final double SMALLEST =
      2.220446049250313e-16; // as scikit-learn clips probabilities

  private final int labels;
  private final int[] gold;
  private final int[] predicted;
  private final double[] surprise;
  private final List<RocAuc> curves = new ArrayList<>();

  private ClassificationMetrics(int labels, int[] gold, double[][] probabilities) {
    this.labels = labels;
    this.gold = gold;
    predicted = new int[gold.length];
    surprise = new double[gold.length];
    for (int i = 0; i < gold.length; i++) {
      predicted[i] = largest(probabilities[i]);
      double p = probabilities[i][gold[i]];
      surprise[i] = -Math.log(Math.max(SMALLEST, Math.min(1 - SMALLEST, p)));
    }
    for (int label = labels == 2 ? 1 : 0; label < labels; label++) {
      RocAuc curve = curve(label, probabilities);
      if (curve.hasBothKinds()) {
        curves.add(curve);
      }
    }
  }

  /**
   * Measures predictions.
   *
   * @param labels number of labels
   * @param gold the right label of each row
   * @param probabilities of each label, by row; the largest is the prediction
   * @param seed of the resampling
   * @throws org.attune.AttuneException when there are no rows, counts differ, or a number is not
   *     finite
   */
  public static Evaluation evaluate(int labels, int[] gold, double[][] probabilities, long seed) {
    Checks.sameRows(gold.length, probabilities.length);
    Checks.labels("gold label", gold, labels);
    Checks.probabilities(probabilities, labels);
    ClassificationMetrics metrics = new ClassificationMetrics(labels, gold, probabilities);
    return Bootstrap.evaluate(
        names(labels),
        gold.length,
        seed,
        metrics::measure,
        "single-label|labels:%d|auc-labels:%d".formatted(labels, metrics.curves.size()),
        Map.of("roc_auc", "all rows have the same label, so there is nothing to rank"));
  }

  private RocAuc curve(int label, double[][] probabilities) {
    double[] scores = new double[gold.length];
    boolean[] positive = new boolean[gold.length];
    for (int i = 0; i < gold.length; i++) {
      scores[i] = probabilities[i][label];
      positive[i] = gold[i] == label;
    }
    return new RocAuc(scores, positive);
  }

  /** What is measured where there are so many labels, in the order of {@link #evaluate}. */
  public static List<String> names(int labels) {
    List<String> names = new ArrayList<>(List.of("accuracy"));
    if (labels == 2) {
      names.addAll(List.of("precision", "recall", "f1"));
    }
    for (String average : List.of("macro", "micro", "weighted")) {
      for (String metric : List.of("precision", "recall", "f1")) {
        names.add(metric + "_" + average);
      }
    }
    names.addAll(List.of("matthews", "log_loss", "roc_auc"));
    return names;
  }

  private void measure(int[] weights, double[] values) {
    LabelCounts counts = new LabelCounts(labels);
    double loss = 0;
    for (int i = 0; i < gold.length; i++) {
      if (weights[i] > 0) {
        counts.add(gold[i], predicted[i], weights[i]);
        loss += weights[i] * surprise[i];
      }
    }
    int at = 0;
    values[at++] = counts.micro()[0]; // one label a row: the accuracy
    if (labels == 2) {
      values[at++] = counts.precision(1);
      values[at++] = counts.recall(1);
      values[at++] = counts.f1(1);
    }
    for (double[] average : List.of(counts.macro(true), counts.micro(), counts.weighted())) {
      System.arraycopy(average, 0, values, at, average.length);
      at += average.length;
    }
    values[at++] = counts.matthews();
    values[at++] = loss / gold.length; // a resample weighs as much as all rows
    values[at] = RocAuc.mean(curves, weights);
  }

  private static int largest(double[] values) {
    int best = 0;
    for (int i = 1; i < values.length; i++) {
      if (values[i] > values[best]) {
        best = i;
      }
    }
    return best;
  }
}
