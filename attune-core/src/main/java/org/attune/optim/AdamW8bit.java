package org.attune.optim;

import java.util.LinkedHashMap;
import java.util.Map;
import org.attune.UsageException;

/**
 * Settings of {@link AdamW} that remembers both moments in 8 bits (Dettmers et al. 2022, 8-bit
 * Optimizers via Block-wise Quantization): 2.03 bytes a parameter instead of 8. Small parameters
 * keep theirs in F32, as they cost little and matter much.
 *
 * @param lr the highest learning rate
 * @param weightDecay pull towards zero, not applied to biases and norms
 * @param beta1 share of the first moment kept each step
 * @param beta2 share of the second moment kept each step
 * @param eps added to the root of the second moment
 * @param smallest numbers a parameter must have to be kept in 8 bits; bitsandbytes has 4096
 */
public record AdamW8bit(
    double lr, double weightDecay, double beta1, double beta2, double eps, int smallest)
    implements OptimizerSettings {
  /**
   * Checks the ranges.
   *
   * @throws UsageException naming the setting, its value and its range
   */
  public AdamW8bit {
    Ranges ranges = new Ranges("adamw_8bit");
    ranges.aboveZero("lr", lr);
    ranges.share("weight_decay", weightDecay);
    ranges.share("beta1", beta1);
    ranges.share("beta2", beta2);
    ranges.aboveZero("eps", eps);
    if (smallest < 0) {
      throw new UsageException("adamw_8bit: smallest is " + smallest + ", expected at least 0");
    }
  }

  /** This learning rate, and else as {@link AdamW#of}. */
  public static AdamW8bit of(double lr) {
    return new AdamW8bit(lr, 0.01, 0.9, 0.999, 1e-8, 4096);
  }

  public AdamW8bit withWeightDecay(double newWeightDecay) {
    return new AdamW8bit(lr, newWeightDecay, beta1, beta2, eps, smallest);
  }

  public AdamW8bit withSmallest(int numbers) {
    return new AdamW8bit(lr, weightDecay, beta1, beta2, eps, numbers);
  }

  @Override
  public String key() {
    return "adamw_8bit";
  }

  @Override
  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("lr", lr);
    map.put("weight_decay", weightDecay);
    map.put("beta1", beta1);
    map.put("beta2", beta2);
    map.put("eps", eps);
    map.put("smallest", smallest);
    return map;
  }

  @Override
  public UpdateRule rule() {
    return new AdamW8bitRule(this, new AdamWRule(beta1, beta2, eps));
  }
}
