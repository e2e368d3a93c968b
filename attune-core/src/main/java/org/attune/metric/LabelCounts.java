package org.attune.metric;

/**
 * How often each label is right, wanted and given, and the averages that follow from it. A ratio of
 * nothing to nothing counts as 0, as in scikit-learn ({@code zero_division=0}).
 */
final class LabelCounts {
  private final double[] hits; // given and wanted
  private final double[] gold; // wanted
  private final double[] predicted; // given

  LabelCounts(int labels) {
    hits = new double[labels];
    gold = new double[labels];
    predicted = new double[labels];
  }

  /** Counts a row that has one label and is given one. */
  void add(int goldLabel, int predictedLabel, double weight) {
    gold[goldLabel] += weight;
    predicted[predictedLabel] += weight;
    if (goldLabel == predictedLabel) {
      hits[goldLabel] += weight;
    }
  }

  /** Counts the decision about one label of a row that may have several. */
  void add(int label, boolean wanted, boolean given, double weight) {
    gold[label] += wanted ? weight : 0;
    predicted[label] += given ? weight : 0;
    hits[label] += wanted && given ? weight : 0;
  }

  double precision(int label) {
    return ratio(hits[label], predicted[label]);
  }

  double recall(int label) {
    return ratio(hits[label], gold[label]);
  }

  double f1(int label) {
    return ratio(2 * hits[label], predicted[label] + gold[label]);
  }

  /** Precision, recall and F1 over all decisions; with one label a row, each is the accuracy. */
  double[] micro() {
    double hit = sum(hits);
    double wanted = sum(gold);
    double given = sum(predicted);
    return new double[] {ratio(hit, given), ratio(hit, wanted), ratio(2 * hit, given + wanted)};
  }

  /**
   * Precision, recall and F1 averaged over labels.
   *
   * @param onlyPresent leave out labels that are neither wanted nor given anywhere
   */
  double[] macro(boolean onlyPresent) {
    double[] sums = new double[3];
    int counted = 0;
    for (int label = 0; label < hits.length; label++) {
      if (!onlyPresent || gold[label] + predicted[label] > 0) {
        counted++;
        add(sums, label, 1);
      }
    }
    return dividedBy(counted, sums);
  }

  /** Precision, recall and F1 averaged over labels, each as often as it is wanted. */
  double[] weighted() {
    double[] sums = new double[3];
    for (int label = 0; label < hits.length; label++) {
      add(sums, label, gold[label]);
    }
    return dividedBy(sum(gold), sums);
  }

  /** Matthews correlation over all labels (Gorodkin 2004); 0 when one side is constant. */
  double matthews() {
    double total = sum(gold);
    double product = 0;
    double goldSquares = 0;
    double predictedSquares = 0;
    for (int label = 0; label < hits.length; label++) {
      product += gold[label] * predicted[label];
      goldSquares += gold[label] * gold[label];
      predictedSquares += predicted[label] * predicted[label];
    }
    double spread =
        Math.sqrt(total * total - predictedSquares) * Math.sqrt(total * total - goldSquares);
    return ratio(sum(hits) * total - product, spread);
  }

  private void add(double[] sums, int label, double weight) {
    sums[0] += weight * precision(label);
    sums[1] += weight * recall(label);
    sums[2] += weight * f1(label);
  }

  private static double[] dividedBy(double whole, double[] sums) {
    for (int i = 0; i < sums.length; i++) {
      sums[i] = ratio(sums[i], whole);
    }
    return sums;
  }

  private static double sum(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum;
  }

  static double ratio(double part, double whole) {
    return whole == 0 ? 0 : part / whole;
  }
}
