package org.attune.data;

import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.attune.UsageException;

/**
 * How often each of several data sets comes up (Raffel et al. 2020, section 3.5.2).
 *
 * @param kind how a data set's size counts
 * @param temperature T of {@link Kind#TEMPERATURE}, at least 1; 1 is proportional, the higher the
 *     more even
 * @param cap K, the size that a larger data set is taken to have
 */
public record Mixing(Kind kind, double temperature, int cap) {
  /** The rules. */
  public enum Kind {
    /** {@code min(n, K)}: by size. */
    PROPORTIONAL,
    /** {@code min(n, K)^(1/T)}: small data sets come up more often than their size says. */
    TEMPERATURE,
    /** All alike. */
    EQUAL;

    /** As a recipe names it. */
    public String configName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * Checks the ranges.
   *
   * @throws UsageException naming the setting
   */
  public Mixing {
    if (!(temperature >= 1 && temperature < Double.POSITIVE_INFINITY)) {
      throw new UsageException(
          "mixing: temperature is " + temperature + ", expected a number of at least 1");
    }
    if (cap < 1) {
      throw new UsageException("mixing: cap is " + cap + ", expected at least 1");
    }
  }

  /** By size, without a cap. */
  public static Mixing proportional() {
    return new Mixing(Kind.PROPORTIONAL, 1, Integer.MAX_VALUE);
  }

  /**
   * The shares of data sets of these sizes; they sum to 1.
   *
   * @param sizes rows of each
   */
  public double[] shares(List<Integer> sizes) {
    double[] weights =
        sizes.stream()
            .mapToDouble(
                size ->
                    switch (kind) {
                      case PROPORTIONAL -> Math.min(size, cap);
                      case TEMPERATURE -> Math.pow(Math.min(size, cap), 1 / temperature);
                      case EQUAL -> 1;
                    })
            .toArray();
    double sum = IntStream.range(0, weights.length).mapToDouble(i -> weights[i]).sum();
    for (int i = 0; i < weights.length; i++) {
      weights[i] /= sum;
    }
    return weights;
  }
}
