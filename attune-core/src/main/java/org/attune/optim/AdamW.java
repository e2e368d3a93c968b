package org.attune.optim;

import java.util.LinkedHashMap;
import java.util.Map;
import org.attune.UsageException;

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
public record AdamW(double lr, double weightDecay, double beta1, double beta2, double eps)
    implements OptimizerSettings {
  /**
   * Checks the ranges.
   *
   * @throws UsageException naming the setting, its value and its range
   */
  public AdamW {
    Ranges ranges = new Ranges("adamw");
    ranges.aboveZero("lr", lr);
    ranges.share("weight_decay", weightDecay);
    ranges.share("beta1", beta1);
    ranges.share("beta2", beta2);
    ranges.aboveZero("eps", eps);
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

  @Override
  public String key() {
    return "adamw";
  }

  @Override
  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("lr", lr);
    map.put("weight_decay", weightDecay);
    map.put("beta1", beta1);
    map.put("beta2", beta2);
    map.put("eps", eps);
    return map;
  }

  @Override
  public UpdateRule rule() {
    return new AdamWRule(beta1, beta2, eps);
  }
}
