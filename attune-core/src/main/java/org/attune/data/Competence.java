package org.attune.data;

import java.util.Locale;
import org.attune.UsageException;

/**
 * How much of the data a learner may see: a share c(t) of the easiest rows that grows from step to
 * step until it is all of them (Platanios et al. 2019, "Competence-based curriculum learning",
 * section 2.2).
 *
 * @param kind how it grows
 * @param start c(0), in (0, 1]
 * @param steps T, after which every row may be seen
 * @param stages of baby steps; without meaning for the others
 */
public record Competence(Kind kind, double start, long steps, int stages) {
  /** The published ways to grow. */
  public enum Kind {
    /** {@code min(1, t (1 - c0) / T + c0)}: as many new rows each step (equation 4). */
    LINEAR,
    /**
     * {@code min(1, sqrt(t (1 - c0^2) / T + c0^2))}: fewer new rows the more there are, so that
     * each has as long to be learned (equation 7 with p = 2).
     */
    SQRT,
    /**
     * The rows are cut by difficulty into stages; each is added to those before it when its turn
     * comes (Spitkovsky et al. 2010, "Baby Steps"; Bengio et al. 2009). {@code start} does not
     * count.
     */
    BABY_STEPS;

    /** As a recipe names it. */
    public String configName() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The kind that a recipe names. */
    public static Kind of(String name) {
      return valueOf(name.toUpperCase(Locale.ROOT).replace('-', '_'));
    }
  }

  /**
   * Checks the ranges.
   *
   * @throws UsageException naming the setting
   */
  public Competence {
    if (!(start > 0 && start <= 1)) {
      throw new UsageException(
          "curriculum: start is " + start + ", expected a number above 0, at most 1");
    }
    if (steps < 1) {
      throw new UsageException("curriculum: steps is " + steps + ", expected at least 1");
    }
    if (stages < 2) {
      throw new UsageException("curriculum: stages is " + stages + ", expected at least 2");
    }
  }

  /**
   * The share of the easiest rows that a step may draw from.
   *
   * @param step steps done before it, t
   * @return c(t) in (0, 1]
   */
  public double at(long step) {
    double done = (double) step / steps; // t / T
    if (done >= 1) {
      return 1;
    }
    return switch (kind) {
      case LINEAR -> done * (1 - start) + start;
      case SQRT -> Math.sqrt(done * (1 - start * start) + start * start);
      case BABY_STEPS -> (Math.floor(done * stages) + 1) / stages;
    };
  }
}
