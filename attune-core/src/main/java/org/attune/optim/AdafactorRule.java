package org.attune.optim;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.attune.tensor.Shape;
import org.attune.tensor.Tensor;

/** {@link Adafactor}, a parameter at a time. A table of embeddings is stepped as a whole. */
record AdafactorRule(Adafactor settings) implements UpdateRule {
  private static final double LARGEST_RELATIVE_STEP = 1e-2;
  private static final double WARMUP_STEP = 1e-6;
  private static final String ROWS = "exp_avg_sq_row";
  private static final String COLUMNS = "exp_avg_sq_col";
  private static final String SECOND = "exp_avg_sq"; // of a vector, which has no rows and columns
  private static final String FIRST = "exp_avg";
  private static final String STEPS = "step";

  @Override
  public Map<String, Memory> memory(Shape shape) {
    Map<String, Memory> memory = new LinkedHashMap<>();
    long[] dims = shape.toArray(); // [.., n, m]
    if (dims.length >= 2) {
      long[] rows = Arrays.copyOf(dims, dims.length - 1); // [.., n]
      long[] columns = rows.clone(); // [.., m]
      columns[columns.length - 1] = dims[dims.length - 1];
      memory.put(ROWS, Memory.zeros(Shape.of(rows)));
      memory.put(COLUMNS, Memory.zeros(Shape.of(columns)));
    } else {
      memory.put(SECOND, Memory.zeros(shape));
    }
    if (settings.beta1() > 0) {
      memory.put(FIRST, Memory.zeros(shape));
    }
    memory.put(STEPS, Memory.zeros(Shape.of()));
    return memory;
  }

  @Override
  public void count(Map<String, Tensor> state) {
    state.get(STEPS).addInPlace(1);
  }

  @Override
  public void step(List<Slot> slots, Step step) {
    slots.forEach(slot -> step(slot, step));
  }

  private void step(Slot slot, Step step) {
    double steps = slot.state().get(STEPS).item();
    double rate = rate(step.lr(), steps, slot.value());
    double kept = 1 - Math.pow(steps, -settings.decayRate()); // of the second moment: beta2_t
    Tensor gradient = slot.gradient().times(step.gradientFactor());
    Tensor update = normalized(gradient, kept, slot.state());
    update.timesInPlace(rate / Math.max(1, rms(update) / settings.clipThreshold()));
    if (settings.beta1() > 0) {
      update =
          slot.state()
              .get(FIRST)
              .timesInPlace(settings.beta1())
              .addInPlace(update, 1 - settings.beta1());
    }
    if (step.weightDecay() > 0) {
      slot.value().timesInPlace(1 - step.weightDecay() * rate);
    }
    slot.value().addInPlace(update, -1);
  }

  /** alpha_t of section 8: the schedule's rate, or a relative step, in the parameter's measure. */
  private double rate(double lr, double steps, Tensor value) {
    double rate = lr;
    if (settings.relativeStep()) {
      double most = settings.warmupInit() ? WARMUP_STEP * steps : LARGEST_RELATIVE_STEP;
      rate *= Math.min(most, 1 / Math.sqrt(steps));
    }
    return settings.scaleParameter() ? rate * Math.max(settings.eps2(), rms(value)) : rate;
  }

  /** The gradient over the root of the second moment, which takes in the gradient first. */
  private Tensor normalized(Tensor gradient, double kept, Map<String, Tensor> state) {
    Tensor squares = gradient.square().plus(settings.eps1()); // [.., n, m]
    int rank = gradient.rank();
    if (rank < 2) {
      Tensor second = state.get(SECOND).timesInPlace(kept).addInPlace(squares, 1 - kept);
      return gradient.div(second.sqrt());
    }
    Tensor rows =
        state.get(ROWS).timesInPlace(kept).addInPlace(squares.mean(rank - 1), 1 - kept); // [.., n]
    Tensor columns =
        state.get(COLUMNS).timesInPlace(kept).addInPlace(squares.mean(rank - 2), 1 - kept);
    Tensor share = rows.div(rows.mean(rank - 2).unsqueeze(rank - 2)).sqrt().unsqueeze(rank - 1);
    return gradient.div(share).div(columns.sqrt().unsqueeze(rank - 2));
  }

  private static double rms(Tensor tensor) {
    return tensor.norm().item() / Math.sqrt((double) tensor.numel());
  }
}
