package org.attune.optim;

import java.util.LinkedHashMap;
import java.util.Map;
import org.attune.UsageException;

/**
 * Settings of Adafactor (Shazeer and Stern 2018), as transformers' {@code Adafactor}: the second
 * moment of a matrix is kept as one mean a row and one a column, whose product over their mean
 * stands for it, so that a matrix [n, m] costs n + m numbers where AdamW has 2 n m.
 *
 * @param lr the highest learning rate; with relative steps a factor of them, mostly 1
 * @param weightDecay pull towards zero, not applied to biases and norms
 * @param beta1 share of a first moment kept each step; 0 for none, which costs no memory
 * @param decayRate c of the second moment's share {@code 1 - t^-c} at step t, in (0, 1]
 * @param eps1 added to the squared gradient
 * @param eps2 least size of a parameter that {@code scaleParameter} counts with
 * @param clipThreshold most root mean square that an update may have
 * @param scaleParameter whether a step is in proportion to the parameter's root mean square
 * @param relativeStep whether the rate at step t is {@code min(0.01, 1 / sqrt(t))}
 * @param warmupInit whether relative steps begin at {@code 1e-6 t} rather than at 0.01
 */
public record Adafactor(
    double lr,
    double weightDecay,
    double beta1,
    double decayRate,
    double eps1,
    double eps2,
    double clipThreshold,
    boolean scaleParameter,
    boolean relativeStep,
    boolean warmupInit)
    implements OptimizerSettings {
  /**
   * Checks the ranges.
   *
   * @throws UsageException naming the setting, its value and its range
   */
  public Adafactor {
    Ranges ranges = new Ranges("adafactor");
    ranges.aboveZero("lr", lr);
    ranges.share("weight_decay", weightDecay);
    ranges.share("beta1", beta1);
    ranges.aboveZero("decay_rate", decayRate);
    ranges.aboveZero("eps1", eps1);
    ranges.aboveZero("eps2", eps2);
    ranges.aboveZero("clip_threshold", clipThreshold);
    if (warmupInit && !relativeStep) {
      throw new UsageException("adafactor: warmup_init needs relative_step: true");
    }
  }

  /**
   * This learning rate for every parameter whatever its size, as Trainer's {@code
   * optim="adafactor"}.
   */
  public static Adafactor of(double lr) {
    return new Adafactor(lr, 0, 0, 0.8, 1e-30, 1e-3, 1, false, false, false);
  }

  /** Relative steps, as the paper has them; goes with {@link Schedule#constant}. */
  public static Adafactor relative() {
    return new Adafactor(1, 0, 0, 0.8, 1e-30, 1e-3, 1, true, true, false);
  }

  public Adafactor withWeightDecay(double decay) {
    return new Adafactor(
        lr,
        decay,
        beta1,
        decayRate,
        eps1,
        eps2,
        clipThreshold,
        scaleParameter,
        relativeStep,
        warmupInit);
  }

  public Adafactor withBeta1(double newBeta1) {
    return new Adafactor(
        lr,
        weightDecay,
        newBeta1,
        decayRate,
        eps1,
        eps2,
        clipThreshold,
        scaleParameter,
        relativeStep,
        warmupInit);
  }

  public Adafactor withWarmupInit(boolean warm) {
    return new Adafactor(
        lr,
        weightDecay,
        beta1,
        decayRate,
        eps1,
        eps2,
        clipThreshold,
        scaleParameter,
        relativeStep,
        warm);
  }

  @Override
  public String key() {
    return "adafactor";
  }

  @Override
  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("lr", lr);
    map.put("weight_decay", weightDecay);
    map.put("beta1", beta1);
    map.put("decay_rate", decayRate);
    map.put("eps1", eps1);
    map.put("eps2", eps2);
    map.put("clip_threshold", clipThreshold);
    map.put("scale_parameter", scaleParameter);
    map.put("relative_step", relativeStep);
    map.put("warmup_init", warmupInit);
    return map;
  }

  @Override
  public UpdateRule rule() {
    return new AdafactorRule(this);
  }
}
