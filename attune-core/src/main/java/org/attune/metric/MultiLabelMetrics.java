package org.attune.metric;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Any number of labels a row: precision, recall and F1 over all decisions (micro), averaged over
 * labels (macro, weighted) and over rows (samples), the share of rows that are right in every label
 * (accuracy, strictly), and ROC-AUC averaged over labels.
 */
public final class MultiLabelMetrics {
  private static final List<String> NAMES =
      List.of(
          "accuracy",
          "precision_micro",
          "recall_micro",
          "f1_micro",
          "precision_macro",
          "recall_macro",
          "f1_macro",
          "f1_weighted",
          "f1_samples",
          "roc_auc");

  private final int labels;
  private final boolean[][] gold;
  private final boolean[][] predicted;
  private final List<RocAuc> curves = new ArrayList<>();

  private MultiLabelMetrics(int labels, boolean[][] gold, double[][] probabilities, double cut) {
    this.labels = labels;
    this.gold = gold;
    predicted = new boolean[gold.length][labels];
    for (int i = 0; i < gold.length; i++) {
      for (int label = 0; label < labels; label++) {
        predicted[i][label] = probabilities[i][label] > cut;
      }
    }
    for (int label = 0; label < labels; label++) {
      double[] scores = new double[gold.length];
      boolean[] positive = new boolean[gold.length];
      for (int i = 0; i < gold.length; i++) {
        scores[i] = probabilities[i][label];
        positive[i] = gold[i][label];
      }
      curves.add(new RocAuc(scores, positive));
    }
  }

  /**
   * Measures predictions.
   *
   * @param gold whether each row has each label
   * @param probabilities of each label, by row
   * @param threshold a label is predicted when its probability is above
   * @param seed of the resampling
   */
  public static Evaluation evaluate(
      int labels, boolean[][] gold, double[][] probabilities, double threshold, long seed) {
    MultiLabelMetrics metrics = new MultiLabelMetrics(labels, gold, probabilities, threshold);
    return Bootstrap.evaluate(
        NAMES,
        gold.length,
        seed,
        metrics::measure,
        Map.of("roc_auc", "a label has no row, or every row, so there is nothing to rank"));
  }

  private void measure(int[] weights, double[] values) {
    double[] hits = new double[labels];
    double[] wanted = new double[labels];
    double[] given = new double[labels];
    double rows = 0;
    double exact = 0;
    double samples = 0;
    for (int i = 0; i < gold.length; i++) {
      int both = 0;
      int sizes = 0;
      for (int label = 0; label < labels; label++) {
        boolean g = gold[i][label];
        boolean p = predicted[i][label];
        hits[label] += g && p ? weights[i] : 0;
        wanted[label] += g ? weights[i] : 0;
        given[label] += p ? weights[i] : 0;
        both += g && p ? 1 : 0;
        sizes += (g ? 1 : 0) + (p ? 1 : 0);
      }
      rows += weights[i];
      exact += 2 * both == sizes ? weights[i] : 0;
      samples += weights[i] * Confusion.ratio(2.0 * both, sizes);
    }
    values[0] = exact / rows;
    micro(hits, wanted, given, values);
    macro(hits, wanted, given, values);
    values[8] = samples / rows;
    values[9] = curves.stream().mapToDouble(c -> c.value(weights)).average().orElse(Double.NaN);
  }

  private static void micro(double[] hits, double[] wanted, double[] given, double[] values) {
    double hit = sum(hits);
    values[1] = Confusion.ratio(hit, sum(given));
    values[2] = Confusion.ratio(hit, sum(wanted));
    values[3] = Confusion.ratio(2 * hit, sum(given) + sum(wanted));
  }

  private static void macro(double[] hits, double[] wanted, double[] given, double[] values) {
    double precision = 0;
    double recall = 0;
    double f1 = 0;
    double weighted = 0;
    for (int label = 0; label < hits.length; label++) {
      precision += Confusion.ratio(hits[label], given[label]);
      recall += Confusion.ratio(hits[label], wanted[label]);
      double one = Confusion.ratio(2 * hits[label], given[label] + wanted[label]);
      f1 += one;
      weighted += wanted[label] * one;
    }
    values[4] = precision / hits.length;
    values[5] = recall / hits.length;
    values[6] = f1 / hits.length;
    values[7] = Confusion.ratio(weighted, sum(wanted));
  }

  private static double sum(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum;
  }
}
