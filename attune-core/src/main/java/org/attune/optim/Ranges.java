package org.attune.optim;

import org.attune.UsageException;

/** Checks an optimizer's numbers. */
record Ranges(String optimizer) {
  void aboveZero(String name, double value) {
    check(name, value, value > 0 && Double.isFinite(value), "above 0");
  }

  void share(String name, double value) {
    check(name, value, value >= 0 && value < 1, "in [0, 1)");
  }

  private void check(String name, double value, boolean good, String expected) {
    if (!good) {
      throw new UsageException(
          optimizer + ": " + name + " is " + value + ", expected a number " + expected);
    }
  }
}
