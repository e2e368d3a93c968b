package org.attune.train;

import org.attune.UsageException;

/**
 * How the loss is scaled where gradients are computed in fp16 (Micikevicius et al. 2018, section
 * 3.2): names and defaults are those of {@code torch.amp.GradScaler}.
 *
 * @param initScale what the loss is multiplied by at first
 * @param growthFactor what the scale is multiplied by after so many steps without overflow
 * @param backoffFactor what it is multiplied by after a step whose gradients were not finite
 * @param growthInterval steps without overflow that make the scale grow
 */
public record LossScaling(
    double initScale, double growthFactor, double backoffFactor, int growthInterval) {
  /** 65536, doubled after 2000 good steps, halved after a bad one. */
  public static final LossScaling DEFAULT = new LossScaling(65536, 2, 0.5, 2000);

  /**
   * Checks the ranges.
   *
   * @throws UsageException naming the setting, its value and its range
   */
  public LossScaling {
    check("init_scale", initScale, initScale > 0 && initScale < Float.MAX_VALUE, "above 0");
    check("growth_factor", growthFactor, growthFactor > 1 && growthFactor < 1e6, "above 1");
    check(
        "backoff_factor", backoffFactor, backoffFactor > 0 && backoffFactor < 1, "between 0 and 1");
    check("growth_interval", growthInterval, growthInterval >= 1, "of at least 1");
  }

  private static void check(String name, double value, boolean good, String expected) {
    if (!good) {
      throw new UsageException(
          "train: loss_scaling: " + name + " is " + value + ", expected a number " + expected);
    }
  }
}
