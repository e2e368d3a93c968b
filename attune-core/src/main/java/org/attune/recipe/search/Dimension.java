package org.attune.recipe.search;

import java.util.List;
import java.util.stream.IntStream;
import org.attune.UsageException;

/**
 * One setting that may vary. A value is text, as it would stand in a recipe; between bounds a
 * setting also has a place in [0, 1], along which it is searched.
 */
public sealed interface Dimension {
  /** One of some values, in no order. */
  record Choice(List<String> values) implements Dimension {
    public Choice {
      values = List.copyOf(values);
      if (values.isEmpty()) {
        throw new UsageException("search: a list of values is empty");
      }
    }
  }

  /**
   * A number between two.
   *
   * @param log whether its logarithm is what is spread evenly, as of a learning rate
   */
  record Real(double low, double high, boolean log) implements Dimension {
    public Real {
      check(low, high, log);
    }

    /** The value at a place in [0, 1]. */
    String at(double place) {
      double from = log ? Math.log(low) : low;
      double to = log ? Math.log(high) : high;
      double value = from + place * (to - from);
      double number = log ? Math.exp(value) : value;
      // Four digits: nobody wants to read 3.0218774219e-5, and no result depends on the fifth.
      double shown = Double.parseDouble(String.format(java.util.Locale.ROOT, "%.3e", number));
      return Double.toString(Math.max(low, Math.min(high, shown)));
    }

    double place(String value) {
      double number = Double.parseDouble(value);
      return log
          ? (Math.log(number) - Math.log(low)) / (Math.log(high) - Math.log(low))
          : (number - low) / (high - low);
    }
  }

  /** A whole number between two, both included. */
  record Whole(int low, int high, boolean log) implements Dimension {
    public Whole {
      check(low, high, log);
    }

    /** Each number has an equal part of [0, 1], or of the logarithm's range. */
    String at(double place) {
      double from = log ? Math.log(low - 0.5) : low - 0.5;
      double to = log ? Math.log(high + 0.5) : high + 0.5;
      double value = from + place * (to - from);
      long number = Math.round(log ? Math.exp(value) : value);
      return Long.toString(Math.max(low, Math.min(high, number)));
    }

    double place(String value) {
      double from = log ? Math.log(low - 0.5) : low - 0.5;
      double to = log ? Math.log(high + 0.5) : high + 0.5;
      double number = Integer.parseInt(value);
      return ((log ? Math.log(number) : number) - from) / (to - from);
    }

    List<String> values() {
      return IntStream.rangeClosed(low, high).mapToObj(Integer::toString).toList();
    }
  }

  private static void check(double low, double high, boolean log) {
    if (!(low < high) || !Double.isFinite(low) || !Double.isFinite(high)) {
      throw new UsageException(
          "search: the range " + low + " to " + high + " is none; the lower bound comes first");
    }
    if (log && !(low > 0)) {
      throw new UsageException(
          "search: a logarithmic range must begin above 0, this one begins at " + low);
    }
  }
}
