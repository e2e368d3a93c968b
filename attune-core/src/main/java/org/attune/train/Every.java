package org.attune.train;

import org.attune.UsageException;

/** How often something happens in a run. */
public sealed interface Every {
  /** Whether it is due once {@code step} steps are done. */
  boolean isDue(long step, long stepsPerEpoch);

  /** After each pass over the training set. */
  record Epoch() implements Every {
    @Override
    public boolean isDue(long step, long stepsPerEpoch) {
      return step % stepsPerEpoch == 0;
    }

    @Override
    public String toString() {
      return "epoch";
    }
  }

  /**
   * After each so many steps.
   *
   * @param count at least 1
   */
  record Steps(long count) implements Every {
    public Steps {
      if (count < 1) {
        throw new UsageException("train: 'every' is " + count + " steps, expected at least 1");
      }
    }

    @Override
    public boolean isDue(long step, long stepsPerEpoch) {
      return step % count == 0;
    }

    @Override
    public String toString() {
      return Long.toString(count);
    }
  }

  record Never() implements Every {
    @Override
    public boolean isDue(long step, long stepsPerEpoch) {
      return false;
    }

    @Override
    public String toString() {
      return "never";
    }
  }

  static Every epoch() {
    return new Epoch();
  }

  static Every steps(long count) {
    return new Steps(count);
  }

  static Every never() {
    return new Never();
  }

  /** As a recipe spells it: {@code epoch}, {@code never} or a number of steps. */
  static Every parse(String text) {
    if (text.equals("epoch")) {
      return epoch();
    }
    if (text.equals("never")) {
      return never();
    }
    if (text.matches("\\d{1,18}")) {
      return steps(Long.parseLong(text));
    }
    throw new UsageException(
        "train: 'every' is '" + text + "', expected epoch, never or a number of steps");
  }
}
