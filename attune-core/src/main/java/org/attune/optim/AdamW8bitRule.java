package org.attune.optim;

import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.attune.tensor.BlockwiseAdamW;
import org.attune.tensor.DType;
import org.attune.tensor.Shape;
import org.attune.tensor.Tensor;

/**
 * {@link AdamW8bit}: {@link BlockwiseAdamW} for large parameters, the fused step for small ones.
 */
record AdamW8bitRule(AdamW8bit settings, AdamWRule whole) implements UpdateRule {
  private static final String FIRST = "exp_avg"; // [n] U8
  private static final String FIRST_LARGEST = "exp_avg_absmax"; // [blocks]
  private static final String SECOND = "exp_avg_sq"; // [n] U8
  private static final String SECOND_LARGEST = "exp_avg_sq_absmax"; // [blocks]
  private static final String STEPS = "step";

  @Override
  public Map<String, Memory> memory(Shape shape) {
    long numbers = shape.numel();
    if (numbers < settings.smallest()) {
      return whole.memory(shape);
    }
    Memory codes = new Memory(Shape.of(numbers), DType.U8, 0);
    Memory largest = Memory.zeros(Shape.of(BlockwiseAdamW.blocks(numbers)));
    Map<String, Memory> memory = new LinkedHashMap<>();
    memory.put(FIRST, codes);
    memory.put(FIRST_LARGEST, largest);
    memory.put(SECOND, codes);
    memory.put(SECOND_LARGEST, largest);
    memory.put(STEPS, Memory.zeros(Shape.of()));
    return memory;
  }

  private static boolean isQuantized(Map<String, Tensor> state) {
    return state.containsKey(FIRST_LARGEST);
  }

  @Override
  public void count(Map<String, Tensor> state) {
    state.get(STEPS).addInPlace(1);
  }

  @Override
  public void step(List<Slot> slots, Step step) {
    List<Slot> small = slots.stream().filter(slot -> !isQuantized(slot.state())).toList();
    if (!small.isEmpty()) {
      whole.step(small, step);
    }
    slots.stream().filter(slot -> isQuantized(slot.state())).forEach(slot -> step(slot, step));
  }

  private void step(Slot slot, Step step) {
    Map<String, Tensor> state = slot.state();
    BlockwiseAdamW.step(
        slot.value(),
        slot.gradient(),
        new BlockwiseAdamW.Moment(state.get(FIRST), state.get(FIRST_LARGEST)),
        new BlockwiseAdamW.Moment(state.get(SECOND), state.get(SECOND_LARGEST)),
        new BlockwiseAdamW.Step(
            step.lr(),
            settings.beta1(),
            settings.beta2(),
            step.weightDecay(),
            settings.eps(),
            step.gradientFactor(),
            state.get(STEPS).item()));
  }

  /** As many rows as begin and end where a block does. */
  @Override
  public OptionalLong rowsTogether(long width) {
    long block = BlockwiseAdamW.BLOCK;
    long common = BigInteger.valueOf(width).gcd(BigInteger.valueOf(block)).longValue();
    return OptionalLong.of(block / common);
  }

  @Override
  public Map<String, Tensor> rows(Map<String, Tensor> state, long start, long count, long width) {
    if (!isQuantized(state)) {
      return whole.rows(state, start, count, width);
    }
    long from = start * width;
    long numbers = count * width;
    long block = from / BlockwiseAdamW.BLOCK;
    long blocks = BlockwiseAdamW.blocks(numbers);
    return Map.of(
        FIRST, state.get(FIRST).narrow(0, from, numbers),
        FIRST_LARGEST, state.get(FIRST_LARGEST).narrow(0, block, blocks),
        SECOND, state.get(SECOND).narrow(0, from, numbers),
        SECOND_LARGEST, state.get(SECOND_LARGEST).narrow(0, block, blocks),
        STEPS, state.get(STEPS));
  }
}
