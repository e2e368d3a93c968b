package org.attune.train;

import java.util.function.BooleanSupplier;

/** Says stop once so many steps have been let through. */
final class StopAfter implements BooleanSupplier {
  private final int steps;
  private int asked;

  StopAfter(int steps) {
    this.steps = steps;
  }

  @Override
  public boolean getAsBoolean() {
    return asked++ >= steps;
  }
}
