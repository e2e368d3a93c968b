package org.attune.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.LongStream;
import org.attune.tensor.DType;
import org.attune.tensor.Rng;
import org.attune.tensor.Scope;
import org.attune.tensor.Shape;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;
import org.junit.jupiter.api.Test;

/** Layers that are left out at random (LayerDrop); seed 9. */
class LayerStackTest {
  private static final int LAYERS = 3;
  private static final int STEPS = 4000;
  private static final double SHARE = 0.3;
  private static final long SEED = 9;

  /** Adds a power of ten, so that the sum tells which layers ran. */
  private static final class Digit extends Module {
    private final double value;

    private Digit(int place) {
      value = Math.pow(10, place);
    }
  }

  private static LayerStack<Digit> stack(double share, long seed) {
    var stack = new LayerStack<>(LAYERS, Digit::new, share);
    stack.randomness(new Rng(seed));
    stack.train(true);
    return stack;
  }

  private static int run(LayerStack<Digit> stack, long step) {
    stack.beginStep(step);
    try (Scope scope = Scope.open()) {
      Tensor zero = Tensors.zeros(Shape.of(1), DType.F32);
      return (int) stack.forward(zero, (layer, x) -> x.plus(layer.value)).item();
    }
  }

  @Test
  void eachLayerIsLeftOutAtItsShareOfStepsAndOnItsOwn() {
    int[] ran = new int[LAYERS];
    int firstTwo = 0;
    LayerStack<Digit> stack = stack(SHARE, SEED);
    for (int step = 0; step < STEPS; step++) {
      String digits = String.format("%03d", run(stack, step));
      for (int i = 0; i < LAYERS; i++) {
        ran[i] += digits.charAt(LAYERS - 1 - i) - '0';
      }
      firstTwo += digits.endsWith("11") ? 1 : 0;
    }
    // Four standard deviations of a share of 4000 draws.
    double margin = 4 * Math.sqrt(SHARE * (1 - SHARE) / STEPS);
    for (int count : ran) {
      assertThat((double) count / STEPS).isCloseTo(1 - SHARE, within(margin));
    }
    assertThat((double) firstTwo / STEPS).isCloseTo((1 - SHARE) * (1 - SHARE), within(margin));
  }

  @Test
  void aSeedAndAStepGiveOneDraw() {
    List<Integer> once = drawn(SEED);
    assertThat(drawn(SEED)).isEqualTo(once);
    assertThat(drawn(SEED + 1)).isNotEqualTo(once);
  }

  private static List<Integer> drawn(long seed) {
    LayerStack<Digit> stack = stack(SHARE, seed);
    return LongStream.range(0, 50).mapToObj(step -> run(stack, step)).toList();
  }

  @Test
  void noLayerIsLeftOutOutsideTrainingOrAtAShareOfZero() {
    LayerStack<Digit> stack = stack(0.9, SEED);
    stack.train(false);
    LayerStack<Digit> whole = stack(0, SEED);
    for (int step = 0; step < 50; step++) {
      assertThat(run(stack, step)).isEqualTo(111);
      assertThat(run(whole, step)).isEqualTo(111);
    }
  }

  @Test
  void aLayerLeftOutHandsItsInputOn() {
    LayerStack<Digit> stack = stack(0.99, SEED);
    stack.beginStep(0);
    try (Scope scope = Scope.open()) {
      Tensor input = Tensors.ones(Shape.of(1), DType.F32);
      List<Tensor> states = stack.forwardAll(input, (layer, x) -> x.plus(layer.value));
      assertThat(states).hasSize(LAYERS + 1).allMatch(state -> state == input);
    }
  }
}
