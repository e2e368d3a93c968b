package org.attune.metric;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * One label a row: accuracy, precision, recall and F1 averaged over labels (macro, micro, weighted;
 * with two labels also of the second alone), Matthews correlation, log loss and ROC-AUC (with more
 * than two labels one against the rest, averaged).
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
      curves.add(curve(label, probabilities));
    }
  }

  /**
   * Measures predictions.
   *
   * @param labels number of labels
   * @param gold the right label of each row
   * @param probabilities of each label, by row; the largest is the prediction
   * @param seed of the resampling
   */
  public static Evaluation evaluate(int labels, int[] gold, double[][] probabilities, long seed) {
    if (gold.length == 0 || gold.length != probabilities.length) {
      throw new IllegalArgumentException(
          gold.length + " labels and " + probabilities.length + " predictions");
    }
    ClassificationMetrics metrics = new ClassificationMetrics(labels, gold, probabilities);
    return Bootstrap.evaluate(
        metrics.names(),
        gold.length,
        seed,
        metrics::measure,
        Map.of("roc_auc", "a label has no row, or every row, so there is nothing to rank"));
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

  private List<String> names() {
    List<String> names = new ArrayList<>(List.of("accuracy"));
    if (labels == 2) {
      names.addAll(List.of("precision", "recall", "f1"));
    }
    names.addAll(
        List.of(
            "precision_macro",
            "recall_macro",
            "f1_macro",
            "f1_micro",
            "f1_weighted",
            "matthews",
            "log_loss",
            "roc_auc"));
    return names;
  }

  private void measure(int[] weights, double[] values) {
    Confusion confusion = new Confusion(labels);
    double loss = 0;
    for (int i = 0; i < gold.length; i++) {
      if (weights[i] > 0) {
        confusion.add(gold[i], predicted[i], weights[i]);
        loss += weights[i] * surprise[i];
      }
    }
    int at = 0;
    values[at++] = confusion.accuracy();
    if (labels == 2) {
      values[at++] = confusion.precision(1);
      values[at++] = confusion.recall(1);
      values[at++] = confusion.f1(1);
    }
    at = averages(confusion, values, at);
    // With one label a row, micro precision, recall and F1 are all the accuracy.
    values[at++] = confusion.accuracy();
    values[at++] = weightedF1(confusion);
    values[at++] = confusion.matthews();
    values[at++] = loss / confusion.total();
    values[at] = curves.stream().mapToDouble(c -> c.value(weights)).average().orElse(Double.NaN);
  }

  private int averages(Confusion confusion, double[] values, int start) {
    int present = 0;
    double[] sums = new double[3];
    for (int label = 0; label < labels; label++) {
      if (confusion.occurs(label)) {
        present++;
        sums[0] += confusion.precision(label);
        sums[1] += confusion.recall(label);
        sums[2] += confusion.f1(label);
      }
    }
    for (int k = 0; k < sums.length; k++) {
      values[start + k] = sums[k] / present;
    }
    return start + sums.length;
  }

  private double weightedF1(Confusion confusion) {
    double sum = 0;
    for (int label = 0; label < labels; label++) {
      sum += confusion.gold(label) * confusion.f1(label);
    }
    return sum / confusion.total();
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
