package org.attune.train;

import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import org.attune.AttuneException;
import org.attune.nn.Parameter;
import org.attune.tensor.Autograd;
import org.attune.tensor.DType;
import org.attune.tensor.Scope;
import org.attune.tensor.Shape;
import org.attune.tensor.SparseRows;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;

/**
 * {@link LossScaling} at work, as {@code torch.amp.GradScaler}: gradients of a scaled loss stay
 * above fp16's smallest number; where one is infinite or NaN the step is left out and the scale
 * backs off, and after a while without it grows again. Its state is in the run's checkpoints.
 */
final class LossScaler implements Technique {
  /** Where fairseq gives up too: a smaller scale cannot help a forward pass that overflows. */
  private static final double LOWEST = 1e-4;

  private final LossScaling settings;
  private double scale;
  private double lowestSoFar;
  private int growthTracker;

  LossScaler(LossScaling settings) {
    this.settings = settings;
    scale = settings.initScale();
    lowestSoFar = scale;
  }

  /** What the loss is multiplied by now. */
  double scale() {
    return scale;
  }

  /** Steps without overflow since the scale last changed. */
  int growthTracker() {
    return growthTracker;
  }

  /**
   * Divides the gradients by the scale.
   *
   * @return whether all of them are finite
   */
  boolean unscale(Collection<Parameter> parameters) {
    return Autograd.noGrad(
        () -> {
          boolean finite = true;
          try (Scope scope = Scope.open()) {
            for (Parameter parameter : parameters) {
              Optional<Tensor> gradient = parameter.storedGrad();
              gradient.ifPresent(g -> g.timesInPlace(1 / scale));
              finite &= gradient.map(LossScaler::isFinite).orElse(true);
            }
          }
          return finite;
        });
  }

  private static boolean isFinite(Tensor gradient) {
    Tensor values = gradient.isSparse() ? SparseRows.of(gradient).values() : gradient;
    // The norm is quicker, but may overflow where no element does.
    return values.numel() == 0 || Double.isFinite(values.norm().item()) || values.allFinite();
  }

  /** After a step that was taken: grows at its time, unless that would leave F32. */
  void succeeded() {
    growthTracker++;
    if (growthTracker == settings.growthInterval()) {
      growthTracker = 0;
      double grown = (float) (scale * settings.growthFactor());
      scale = Double.isFinite(grown) ? grown : scale;
    }
  }

  /**
   * After a step that was left out.
   *
   * @param step counted from 1
   * @return a line for the run's owner, if the scale is lower than ever
   * @throws AttuneException when it is so low that it cannot help
   */
  Optional<String> overflowed(long step) {
    growthTracker = 0;
    scale = (float) (scale * settings.backoffFactor());
    if (scale < LOWEST) {
      throw new AttuneException(
          "train: fp16 overflows at step "
              + step
              + " even with the loss scaled by "
              + scale
              + ": it is the forward pass that exceeds 65504, or the loss is no number; use precision"
              + " bf16 or fp32, or a lower learning rate");
    }
    if (scale >= lowestSoFar) {
      return Optional.empty();
    }
    lowestSoFar = scale;
    return Optional.of(
        "train: fp16 gradients overflowed at step "
            + step
            + "; the step is left out, the loss scale is now "
            + scale);
  }

  @Override
  public String name() {
    return "loss_scaling";
  }

  @Override
  public String fingerprint() {
    return settings.toString();
  }

  @Override
  public Map<String, Tensor> state() {
    return Map.of(
        "scale",
        number(scale),
        "growth_tracker",
        number(growthTracker),
        "low",
        number(lowestSoFar));
  }

  private static Tensor number(double value) {
    return Tensors.full(Shape.of(), DType.F64, value);
  }

  @Override
  public void load(Map<String, Tensor> state) {
    if (!state.isEmpty()) {
      scale = state.get("scale").item();
      growthTracker = (int) state.get("growth_tracker").item();
      lowestSoFar = state.get("low").item();
    }
  }
}
