package org.attune.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.attune.tensor.DType;
import org.attune.tensor.Functional;
import org.attune.tensor.Rng;
import org.attune.tensor.Scope;
import org.attune.tensor.Shape;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;
import org.junit.jupiter.api.Test;

/** Seeds: 11 for the inputs, 5 for dropout. */
class AttentionTest {
  private static final int ROWS = 3; // B
  private static final int LENGTH = 7; // T
  private static final int HEADS = 4; // H
  private static final int WIDTH = 8; // E
  private static final double PROBABILITY = 0.3;
  private static final float LOWEST = -Float.MAX_VALUE;

  @Test
  void dropoutInTheFusedKernelIsDropoutAfterTheSoftmax() {
    Rng rng = new Rng(5);
    try (var attention = new Attention(HEADS, WIDTH, PROBABILITY);
        Scope scope = Scope.open()) {
      attention.train(true);
      attention.randomness(rng);
      Optional<Tensor> padding = Optional.of(lastTwoTokensOfTheFirstRowHidden());

      List<float[]> fused =
          outputAndGradients(
              x -> {
                attention.beginStep(9);
                return attention.mix(x.select(0, 0), x.select(0, 1), x.select(0, 2), padding);
              });

      Shape weights = Shape.of(ROWS, HEADS, LENGTH, LENGTH);
      Tensor kept =
          rng.dropoutBias(weights, PROBABILITY, 9, Rng.site("dropout")).eq(0).to(DType.F32);
      assertThat(kept.mean().item()).isCloseTo(1 - PROBABILITY, within(0.05));
      List<float[]> plain =
          outputAndGradients(
              x -> {
                Tensor scores =
                    x.select(0, 0)
                        .matmul(x.select(0, 1).transpose(2, 3))
                        .times(1 / Math.sqrt((double) WIDTH));
                Tensor shares = Functional.softmax(scores.plus(padding.orElseThrow()), -1);
                return shares.times(kept).times(1 / (1 - PROBABILITY)).matmul(x.select(0, 2));
              });

      for (int i = 0; i < plain.size(); i++) {
        assertThat(fused.get(i))
            .as("output, gradients")
            .containsExactly(plain.get(i), within(2e-6f));
      }
    }
  }

  private static Tensor lastTwoTokensOfTheFirstRowHidden() {
    float[] mask = new float[ROWS * LENGTH];
    mask[LENGTH - 1] = LOWEST;
    mask[LENGTH - 2] = LOWEST;
    return Tensors.ofFloats(mask, ROWS, 1, 1, LENGTH);
  }

  /** What a function of stacked query, key and value returns, and the gradient of all three. */
  private static List<float[]> outputAndGradients(UnaryOperator<Tensor> function) {
    Shape shape = Shape.of(3, ROWS, HEADS, LENGTH, WIDTH);
    Tensor x = new Rng(11).normal(shape, 1, 0, 1).requiresGrad(true);
    Tensor output = function.apply(x);
    output.times(new Rng(11).normal(output.shape(), 1, 0, 2)).sum().backward();
    List<float[]> all = new ArrayList<>();
    all.add(output.toFloats());
    all.add(x.grad().orElseThrow().toFloats());
    return all;
  }
}
