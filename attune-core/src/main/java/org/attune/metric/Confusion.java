package org.attune.metric;

/** Counts of gold label by predicted label, and what follows from them. */
final class Confusion {
  private final double[][] counts; // [gold][predicted]
  private final int labels;

  Confusion(int labels) {
    this.labels = labels;
    counts = new double[labels][labels];
  }

  void add(int gold, int predicted, double weight) {
    counts[gold][predicted] += weight;
  }

  double count(int gold, int predicted) {
    return counts[gold][predicted];
  }

  double gold(int label) {
    double sum = 0;
    for (double count : counts[label]) {
      sum += count;
    }
    return sum;
  }

  double predicted(int label) {
    double sum = 0;
    for (double[] row : counts) {
      sum += row[label];
    }
    return sum;
  }

  double total() {
    double sum = 0;
    for (int label = 0; label < labels; label++) {
      sum += gold(label);
    }
    return sum;
  }

  double accuracy() {
    double right = 0;
    for (int label = 0; label < labels; label++) {
      right += counts[label][label];
    }
    return right / total();
  }

  double precision(int label) {
    return ratio(counts[label][label], predicted(label));
  }

  double recall(int label) {
    return ratio(counts[label][label], gold(label));
  }

  double f1(int label) {
    return ratio(2 * counts[label][label], predicted(label) + gold(label));
  }

  /** Whether a label occurs at all, as gold or as prediction; scikit-learn averages over those. */
  boolean occurs(int label) {
    return gold(label) > 0 || predicted(label) > 0;
  }

  /** Matthews correlation over all labels (Gorodkin 2004); 0 when one side is constant. */
  double matthews() {
    double total = total();
    double right = 0;
    double product = 0;
    double goldSquares = 0;
    double predictedSquares = 0;
    for (int label = 0; label < labels; label++) {
      right += counts[label][label];
      product += gold(label) * predicted(label);
      goldSquares += gold(label) * gold(label);
      predictedSquares += predicted(label) * predicted(label);
    }
    double spread =
        Math.sqrt(total * total - predictedSquares) * Math.sqrt(total * total - goldSquares);
    return spread == 0 ? 0 : (right * total - product) / spread;
  }

  static double ratio(double part, double whole) {
    return whole == 0 ? 0 : part / whole;
  }
}
