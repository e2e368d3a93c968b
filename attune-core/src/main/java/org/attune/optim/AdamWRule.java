package org.attune.optim;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.attune.tensor.DType;
import org.attune.tensor.FusedAdamW;
import org.attune.tensor.Shape;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;

/** {@link AdamW} by the engine's fused step. */
record AdamWRule(double beta1, double beta2, double eps) implements UpdateRule {
  private static final String FIRST = "exp_avg";
  private static final String SECOND = "exp_avg_sq";
  private static final String STEPS = "step"; // a scalar, as the engine wants it

  @Override
  public Map<String, Memory> memory(Shape shape) {
    Map<String, Memory> memory = new LinkedHashMap<>();
    memory.put(FIRST, Memory.zeros(shape));
    memory.put(SECOND, Memory.zeros(shape));
    memory.put(STEPS, Memory.zeros(Shape.of()));
    return memory;
  }

  @Override
  public void count(Map<String, Tensor> state) {
    state.get(STEPS).addInPlace(1);
  }

  @Override
  public void step(List<Slot> slots, Step step) {
    FusedAdamW.step(
        slots.stream().map(Slot::value).toList(),
        slots.stream().map(Slot::gradient).toList(),
        all(slots, FIRST),
        all(slots, SECOND),
        all(slots, STEPS),
        step.lr(),
        beta1,
        beta2,
        step.weightDecay(),
        eps,
        divisor(step.gradientFactor()));
  }

  private static List<Tensor> all(List<Slot> slots, String name) {
    return slots.stream().map(slot -> slot.state().get(name)).toList();
  }

  /** The engine divides gradients by a tensor while it reads them: clipping without a pass. */
  private static Optional<Tensor> divisor(double gradientFactor) {
    return gradientFactor == 1
        ? Optional.empty()
        : Optional.of(Tensors.full(Shape.of(), DType.F32, 1 / gradientFactor));
  }

  @Override
  public OptionalLong rowsTogether(long width) {
    return OptionalLong.of(1);
  }

  @Override
  public Map<String, Tensor> rows(Map<String, Tensor> state, long start, long count, long width) {
    return Map.of(
        FIRST, state.get(FIRST).narrow(0, start, count),
        SECOND, state.get(SECOND).narrow(0, start, count),
        STEPS, state.get(STEPS));
  }
}
