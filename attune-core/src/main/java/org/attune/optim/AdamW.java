package org.attune.optim;

import org.attune.UsageException;
import org.attune.nn.Module;

/**
 * Settings of Adam with decoupled weight decay (Loshchilov and Hutter 2019): with the
 * bias-corrected moments m and v of the gradient, {@code w = w - lr (m / (sqrt(v) + eps) +
 * weightDecay w)}.
 *
 * @param lr the highest learning rate; a {@link Schedule} multiplies it by a factor in [0, 1]
 * @param weightDecay pull towards zero, not applied to biases and norms
 * @param beta1 share of the first moment kept each step
 * @param beta2 share of the second moment kept each step
 * @param eps added to the root of the second moment
 */
public record AdamW(double lr, double weightDecay, double beta1, double beta2, double eps) {
  /**
   * Checks the ranges.
   *
   * @throws UsageException naming the setting, its value and its range
   */
  public AdamW {
    check("lr", lr, lr > 0 && Double.isFinite(lr), "above 0");
    check("weight_decay", weightDecay, weightDecay >= 0 && weightDecay < 1, "in [0, 1)");
    check("beta1", beta1, beta1 >= 0 && beta1 < 1, "in [0, 1)");
    check("beta2", beta2, beta2 >= 0 && beta2 < 1, "in [0, 1)");
    check("eps", eps, eps > 0 && Double.isFinite(eps), "above 0");
  }

  /** This learning rate, weight decay 0.01, betas 0.9 and 0.999, eps 1e-8: PyTorch's defaults. */
  public static AdamW of(double lr) {
    return new AdamW(lr, 0.01, 0.9, 0.999, 1e-8);
  }

  public AdamW withLr(double newLr) {
    return new AdamW(newLr, weightDecay, beta1, beta2, eps);
  }

  public AdamW withWeightDecay(double newWeightDecay) {
    return new AdamW(lr, newWeightDecay, beta1, beta2, eps);
  }

  public AdamW withBetas(double newBeta1, double newBeta2) {
    return new AdamW(lr, weightDecay, newBeta1, newBeta2, eps);
  }

  public AdamW withEps(double newEps) {
    return new AdamW(lr, weightDecay, beta1, beta2, newEps);
  }

  /** An optimizer with empty moments over the model's trainable parameters. */
  public Optimizer over(Module model) {
    return new Optimizer(this, model);
  }

  private static void check(String name, double value, boolean good, String expected) {
    if (!good) {
      throw new UsageException(
          "adamw: " + name + " is " + value + ", expected a number " + expected);
    }
  }
}
