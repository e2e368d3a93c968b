package org.attune.nn;

import java.util.List;
import java.util.Optional;
import org.attune.tensor.Autocast;
import org.attune.tensor.Autograd;
import org.attune.tensor.DType;
import org.attune.tensor.GraphCut;
import org.attune.tensor.Scope;
import org.attune.tensor.Tensor;

/**
 * Consecutive layers of a stack that go backward together.
 *
 * @param steps the layers in order, with how to run each
 */
record Segment<L extends Module>(List<Step<L>> steps) {
  Segment {
    steps = List.copyOf(steps);
  }

  /** One layer and how to run it. */
  record Step<L>(L layer, LayerStack.Call<L> call) {}

  List<L> layers() {
    return steps.stream().map(Step::layer).toList();
  }

  boolean isTrainable() {
    return layers().stream()
        .flatMap(layer -> layer.namedParameters().values().stream())
        .anyMatch(Parameter::trainable);
  }

  /** Runs the layers, recording where the caller does. */
  Tensor apply(Tensor input) {
    Tensor state = input;
    for (Step<L> step : steps) {
      Tensor before = state;
      state = Scope.tidy(() -> step.call.apply(step.layer, before));
    }
    return state;
  }

  /** Runs layers that no gradient reaches. */
  Tensor unrecorded(Tensor input) {
    return Autocast.uncached(() -> Autograd.noGrad(() -> apply(input)));
  }

  /**
   * Runs the layers without keeping what their backward pass needs, and once more when it is due:
   * with the same dropout and in the same types.
   *
   * @param input kept until then
   * @param finished is told after the backward pass through these layers
   */
  Tensor recomputed(Tensor input, Runnable finished) {
    Draws draws = Draws.of(layers());
    Optional<DType> type = Autocast.type();
    return GraphCut.at(
        unrecorded(input),
        gradient -> {
          Tensor again =
              draws.again(() -> Autocast.uncached(() -> Autocast.as(type, () -> apply(input))));
          again.backward(gradient);
          finished.run();
        });
  }
}
