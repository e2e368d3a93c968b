package org.attune.optim;

import java.util.Map;

/**
 * An optimizer with unlike rates for some parameters.
 *
 * @param base what changes the weights
 * @param groups which parameters have rates of their own
 */
public record GroupedOptimizer(OptimizerSettings base, GroupSettings groups)
    implements OptimizerSettings {
  /** Takes the groups of an optimizer that has some apart from it. */
  public GroupedOptimizer {
    if (base instanceof GroupedOptimizer inner) {
      base = inner.base;
    }
  }

  @Override
  public String key() {
    return base.key();
  }

  @Override
  public Map<String, Object> toMap() {
    return base.toMap();
  }

  @Override
  public double lr() {
    return base.lr();
  }

  @Override
  public double weightDecay() {
    return base.weightDecay();
  }

  @Override
  public UpdateRule rule() {
    return base.rule();
  }
}
