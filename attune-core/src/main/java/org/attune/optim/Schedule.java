package org.attune.optim;

import org.attune.UsageException;

/**
 * The learning rate over a run, as a factor of the optimizer's: it rises from 0 over the warm-up,
 * then falls or stays.
 *
 * <p>Warm-up is one number: below 1 it is a share of the run's steps (rounded up), from 1 on a
 * whole number of steps. The factors equal those of transformers' {@code
 * get_linear_schedule_with_warmup} and its siblings.
 */
public sealed interface Schedule {
  /** Warm-up: a share in [0, 1) or a number of steps. */
  double warmup();

  /**
   * Factor after the warm-up.
   *
   * @param done share of the steps after the warm-up that are done, in [0, 1]
   */
  double afterWarmup(double done);

  /** Down to 0 in a straight line. */
  record Linear(double warmup) implements Schedule {
    public Linear {
      checkWarmup(warmup);
    }

    @Override
    public double afterWarmup(double done) {
      return Math.max(0, 1 - done);
    }
  }

  /** Down to 0 along half a cosine wave (Loshchilov and Hutter 2017, without restarts). */
  record Cosine(double warmup) implements Schedule {
    public Cosine {
      checkWarmup(warmup);
    }

    @Override
    public double afterWarmup(double done) {
      return Math.max(0, 0.5 * (1 + Math.cos(Math.PI * done)));
    }
  }

  /** Stays at 1. */
  record Constant(double warmup) implements Schedule {
    public Constant {
      checkWarmup(warmup);
    }

    @Override
    public double afterWarmup(double done) {
      return 1;
    }
  }

  static Schedule linear(double warmup) {
    return new Linear(warmup);
  }

  static Schedule cosine(double warmup) {
    return new Cosine(warmup);
  }

  static Schedule constant(double warmup) {
    return new Constant(warmup);
  }

  /** Steps of warm-up in a run of so many steps. */
  default long warmupSteps(long totalSteps) {
    return (long) (warmup() >= 1 ? warmup() : Math.ceil(totalSteps * warmup()));
  }

  /**
   * The factor for one step.
   *
   * @param step number of steps done before it, so 0 for the first
   * @param totalSteps steps of the whole run
   */
  default double factor(long step, long totalSteps) {
    long warmupSteps = warmupSteps(totalSteps);
    if (step < warmupSteps) {
      return (double) step / warmupSteps;
    }
    return afterWarmup((double) (step - warmupSteps) / Math.max(1, totalSteps - warmupSteps));
  }

  /**
   * Checks that the run leaves steps after the warm-up.
   *
   * @throws UsageException otherwise: such a run would never reach its learning rate
   */
  default void checkFits(long totalSteps) {
    if (warmupSteps(totalSteps) >= totalSteps) {
      throw new UsageException(
          "schedule: warmup is "
              + warmupSteps(totalSteps)
              + " steps but the run has "
              + totalSteps
              + "; give a share such as 0.06, or more epochs");
    }
  }

  private static void checkWarmup(double warmup) {
    boolean share = warmup >= 0 && warmup < 1;
    boolean steps = warmup >= 1 && warmup == Math.rint(warmup) && warmup <= Integer.MAX_VALUE;
    if (!share && !steps) {
      throw new UsageException(
          "schedule: warmup is "
              + warmup
              + ", expected a share of the steps in [0, 1) or a whole number of steps");
    }
  }
}
