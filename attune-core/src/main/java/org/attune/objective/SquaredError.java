package org.attune.objective;

import org.attune.tensor.Functional;
import org.attune.tensor.Functional.Reduction;
import org.attune.tensor.Tensor;

/** A number an item (regression): {@code (value - target)^2}. Values and targets have one shape. */
public record SquaredError() implements Objective {
  @Override
  public Tensor sum(Tensor values, Tensor targets) {
    return Functional.meanSquaredError(Objective.single(values), targets, Reduction.SUM);
  }
}
