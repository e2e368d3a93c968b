package org.attune.generate;

import org.attune.UsageException;

/** Refuses settings outside their range, each in one line that says what would be right. */
final class Bounds {
  private Bounds() {}

  static void atLeast(String name, long value, long least) {
    if (value < least) {
      throw new UsageException(
          "generate: " + name + " is " + value + ", expected at least " + least);
    }
  }

  /** A finite number above 0. */
  static void positive(String name, double value, String hint) {
    if (!(value > 0) || Double.isInfinite(value)) {
      throw new UsageException("generate: " + name + " is " + value + ", expected above 0" + hint);
    }
  }

  /** A number in [0, 1]; what 0 and 1 mean is the setting's own affair. */
  static void share(String name, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new UsageException("generate: " + name + " is " + value + ", expected from 0 to 1");
    }
  }

  static void finite(String name, double value) {
    if (!Double.isFinite(value)) {
      throw new UsageException("generate: " + name + " is " + value + ", expected a number");
    }
  }
}
