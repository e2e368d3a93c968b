package org.attune.metric;

import org.attune.AttuneException;

/** Refuses input that would make a number meaningless. */
final class Checks {
  private Checks() {}

  static void sameRows(int gold, int predicted) {
    if (gold != predicted) {
      throw new AttuneException(
          "metric: " + gold + " gold rows but " + predicted + " predictions, expected one for one");
    }
    if (gold == 0) {
      throw new AttuneException("metric: no rows, so there is nothing to measure");
    }
  }

  static void labels(String what, int[] values, int labels) {
    for (int i = 0; i < values.length; i++) {
      if (values[i] < 0 || values[i] >= labels) {
        throw new AttuneException(
            "metric: %s %d of row %d is not one of 0 to %d"
                .formatted(what, values[i], i, labels - 1));
      }
    }
  }

  static void width(String what, int row, int width, int labels) {
    if (width != labels) {
      throw new AttuneException(
          "metric: row %d has %d %s, expected one for each of %d labels"
              .formatted(row, width, what, labels));
    }
  }

  static void finite(String what, int row, double value) {
    if (!Double.isFinite(value)) {
      throw new AttuneException(
          "metric: %s of row %d is %s; did training diverge?".formatted(what, row, value));
    }
  }

  static void probabilities(double[][] rows, int labels) {
    for (int i = 0; i < rows.length; i++) {
      width("probabilities", i, rows[i].length, labels);
      for (double p : rows[i]) {
        finite("a probability", i, p);
      }
    }
  }
}
