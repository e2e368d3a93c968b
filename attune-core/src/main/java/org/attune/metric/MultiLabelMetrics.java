package org.attune.metric;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Any number of labels a row: precision, recall and F1 over all decisions (micro), averaged over
 * labels (macro, weighted) and over rows (samples), the share of rows that are right in every label
 * (accuracy, strictly), and ROC-AUC averaged over the labels that some rows have and some have not.
 * Other averages are over all labels, as scikit-learn's of an indicator matrix.
 */
public final class MultiLabelMetrics {
  /** What is measured, in order. */
  public static final List<String> NAMES =
      List.of(
          "accuracy",
          "precision_micro",
          "recall_micro",
          "f1_micro",
          "precision_macro",
          "recall_macro",
          "f1_macro",
          "precision_weighted",
          "recall_weighted",
          "f1_weighted",
          "precision_samples",
          "recall_samples",
          "f1_samples",
          "roc_auc");

  private final int labels;
  private final boolean[][] gold;
  private final boolean[][] predicted;
  private final int[][] touched; // labels wanted or given, by row: few of many
  private final boolean[] exactly; // whether all labels of a row are right
  private final double[][] ofRow; // precision, recall and F1 of each row
  private final List<RocAuc> curves = new ArrayList<>();

  private MultiLabelMetrics(int labels, boolean[][] gold, double[][] probabilities, double cut) {
    this.labels = labels;
    this.gold = gold;
    predicted = new boolean[gold.length][labels];
    touched = new int[gold.length][];
    exactly = new boolean[gold.length];
    ofRow = new double[gold.length][];
    for (int i = 0; i < gold.length; i++) {
      LabelCounts row = new LabelCounts(labels);
      for (int label = 0; label < labels; label++) {
        predicted[i][label] = probabilities[i][label] > cut;
        row.add(label, gold[i][label], predicted[i][label], 1);
      }
      ofRow[i] = row.micro();
      exactly[i] = Arrays.equals(gold[i], predicted[i]);
      touched[i] = touched(gold[i], predicted[i]);
    }
    for (int label = 0; label < labels; label++) {
      double[] scores = new double[gold.length];
      boolean[] positive = new boolean[gold.length];
      for (int i = 0; i < gold.length; i++) {
        scores[i] = probabilities[i][label];
        positive[i] = gold[i][label];
      }
      RocAuc curve = new RocAuc(scores, positive);
      if (curve.hasBothKinds()) {
        curves.add(curve);
      }
    }
  }

  /**
   * Measures predictions.
   *
   * @param labels number of labels
   * @param gold whether each row has each label
   * @param probabilities of each label, by row
   * @param threshold a label is predicted when its probability is above
   * @param seed of the resampling
   * @throws org.attune.AttuneException when there are no rows, counts differ, or a number is not
   *     finite
   */
  public static Evaluation evaluate(
      int labels, boolean[][] gold, double[][] probabilities, double threshold, long seed) {
    Checks.sameRows(gold.length, probabilities.length);
    for (int i = 0; i < gold.length; i++) {
      Checks.width("gold decisions", i, gold[i].length, labels);
    }
    Checks.probabilities(probabilities, labels);
    MultiLabelMetrics metrics = new MultiLabelMetrics(labels, gold, probabilities, threshold);
    return Bootstrap.evaluate(
        NAMES,
        gold.length,
        seed,
        metrics::measure,
        "multi-label|labels:%d|auc-labels:%d|threshold:%s"
            .formatted(labels, metrics.curves.size(), threshold),
        Map.of("roc_auc", "each label has no row or every row, so there is nothing to rank"));
  }

  private static int[] touched(boolean[] wanted, boolean[] given) {
    return IntStream.range(0, wanted.length).filter(k -> wanted[k] || given[k]).toArray();
  }

  private void measure(int[] weights, double[] values) {
    LabelCounts counts = new LabelCounts(labels);
    double exact = 0;
    double[] samples = new double[3];
    for (int i = 0; i < gold.length; i++) {
      if (weights[i] > 0) {
        for (int label : touched[i]) {
          counts.add(label, gold[i][label], predicted[i][label], weights[i]);
        }
        exact += exactly[i] ? weights[i] : 0;
        for (int k = 0; k < samples.length; k++) {
          samples[k] += weights[i] * ofRow[i][k];
        }
      }
    }
    values[0] = exact / gold.length; // a resample weighs as much as all rows
    System.arraycopy(counts.micro(), 0, values, 1, 3);
    System.arraycopy(counts.macro(false), 0, values, 4, 3);
    System.arraycopy(counts.weighted(), 0, values, 7, 3);
    for (int k = 0; k < samples.length; k++) {
      values[10 + k] = samples[k] / gold.length;
    }
    values[13] = RocAuc.mean(curves, weights);
  }
}
