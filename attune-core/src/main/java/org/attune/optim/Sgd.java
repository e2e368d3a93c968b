package org.attune.optim;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.attune.UsageException;
import org.attune.tensor.Shape;
import org.attune.tensor.Tensor;

/**
 * Settings of stochastic gradient descent as {@code torch.optim.SGD}: with {@code g = gradient +
 * weightDecay w} and the momentum buffer {@code b = momentum b + g}, which starts at the first g,
 * {@code w = w - lr b}; Nesterov's way steps along {@code g + momentum b}. It remembers 4 bytes a
 * parameter with momentum, nothing without.
 *
 * @param lr the highest learning rate
 * @param momentum share of the buffer kept each step, in [0, 1)
 * @param weightDecay added to the gradient, not for biases and norms
 * @param nesterov whether to look ahead
 */
public record Sgd(double lr, double momentum, double weightDecay, boolean nesterov)
    implements OptimizerSettings {
  private static final String BUFFER = "momentum_buffer";

  /**
   * Checks the ranges.
   *
   * @throws UsageException naming the setting, its value and its range
   */
  public Sgd {
    Ranges ranges = new Ranges("sgd");
    ranges.aboveZero("lr", lr);
    ranges.share("momentum", momentum);
    ranges.share("weight_decay", weightDecay);
    if (nesterov && momentum == 0) {
      throw new UsageException("sgd: nesterov needs a momentum above 0");
    }
  }

  /** This learning rate, nothing else. */
  public static Sgd of(double lr) {
    return new Sgd(lr, 0, 0, false);
  }

  public Sgd withMomentum(double newMomentum) {
    return new Sgd(lr, newMomentum, weightDecay, nesterov);
  }

  public Sgd withWeightDecay(double newWeightDecay) {
    return new Sgd(lr, momentum, newWeightDecay, nesterov);
  }

  public Sgd withNesterov(boolean ahead) {
    return new Sgd(lr, momentum, weightDecay, ahead);
  }

  @Override
  public String key() {
    return "sgd";
  }

  @Override
  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("lr", lr);
    map.put("momentum", momentum);
    map.put("weight_decay", weightDecay);
    map.put("nesterov", nesterov);
    return map;
  }

  @Override
  public UpdateRule rule() {
    return new Rule(momentum, nesterov);
  }

  private record Rule(double momentum, boolean nesterov) implements UpdateRule {
    @Override
    public Map<String, Memory> memory(Shape shape) {
      return momentum == 0 ? Map.of() : Map.of(BUFFER, Memory.zeros(shape));
    }

    @Override
    public void step(List<Slot> slots, Step step) {
      slots.forEach(slot -> step(slot, step));
    }

    private void step(Slot slot, Step step) {
      Tensor gradient = slot.gradient().times(step.gradientFactor());
      if (step.weightDecay() > 0) {
        gradient.addInPlace(slot.value(), step.weightDecay());
      }
      if (momentum > 0) {
        // The buffer starts at zero, so that its first value is the gradient, as torch sets it.
        Tensor buffer = slot.state().get(BUFFER).timesInPlace(momentum).addInPlace(gradient, 1);
        gradient = nesterov ? gradient.addInPlace(buffer, momentum) : buffer;
      }
      slot.value().addInPlace(gradient, -step.lr());
    }

    @Override
    public OptionalLong rowsTogether(long width) {
      return OptionalLong.of(1);
    }

    @Override
    public Map<String, Tensor> rows(Map<String, Tensor> state, long start, long count, long width) {
      return momentum == 0 ? state : Map.of(BUFFER, state.get(BUFFER).narrow(0, start, count));
    }
  }
}
