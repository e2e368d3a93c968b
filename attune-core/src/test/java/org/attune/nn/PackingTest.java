package org.attune.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.attune.testkit.TensorAssert.assertThatTensor;

import java.util.List;
import java.util.Optional;
import org.attune.tensor.Autograd;
import org.attune.tensor.DType;
import org.attune.tensor.Functional;
import org.attune.tensor.PackedMatrix;
import org.attune.tensor.Rng;
import org.attune.tensor.Scope;
import org.attune.tensor.Shape;
import org.attune.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Packed copies serve prediction, also as a language model's last layer, and nothing else. */
class PackingTest {
  private static final Rng RNG = new Rng(20_261_124);

  private static Linear packedLayer() {
    Linear layer = Linear.of(12, 20);
    layer.initialize(RNG, 1);
    layer.matricesTo(DType.BF16);
    assumeThat(PackedMatrix.of(layer.weight().value(), Optional.empty()))
        .as("this machine packs BF16")
        .hasValueSatisfying(PackedMatrix::close);
    layer.packMatrices();
    return layer;
  }

  @Test
  void theLastLayerOfALanguageModelIsPackedToo() {
    try (Scope scope = Scope.open();
        Linear layer = packedLayer()) {
      Tensor x = RNG.normal(Shape.of(3, 12), 1, 0, 1);
      Tensor forward = Autograd.noGrad(() -> layer.forward(x));
      OutputEmbeddings last = Autograd.noGrad(layer::outputEmbeddings);
      assertThat(last.packed()).isPresent();
      assertThatTensor(last.logits(x)).isCloseTo(forward, 0);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"F32", "BF16"})
  void joinedLayersGiveWhatEachGives(DType type) {
    try (Scope scope = Scope.open();
        Linear first = Linear.of(12, 20);
        Linear second = Linear.of(12, 8);
        JoinedLinear joined = new JoinedLinear(first, second)) {
      for (Linear layer : List.of(first, second)) {
        layer.initialize(RNG, 1);
        Autograd.noGrad(
            () -> layer.bias().value().copyFrom(RNG.normal(layer.bias().shape(), 1, 0, 2)));
        layer.matricesTo(type);
      }
      Tensor x = RNG.normal(Shape.of(3, 1, 12), 1, 0, 1);
      joined.packMatrices();
      List<Tensor> together = Autograd.noGrad(() -> joined.forward(x));
      for (int i = 0; i < 2; i++) {
        Linear layer = i == 0 ? first : second;
        Tensor weight = layer.weight().value().to(DType.F32);
        Tensor expected = Functional.linear(x, weight, layer.bias().value());
        assertThatTensor(together.get(i)).isCloseTo(expected, 2e-5);
      }
      first.packMatrices(); // which the joined layer has done
      assertThat(Autograd.noGrad(first::outputEmbeddings).packed()).isEmpty();
    }
  }

  @Test
  void gradientsAndTrainingGoWithoutThem() {
    try (Scope scope = Scope.open();
        Linear layer = packedLayer()) {
      assertThat(layer.outputEmbeddings().packed()).isEmpty();
      layer.train(true);
      layer.train(false);
      assertThat(Autograd.noGrad(layer::outputEmbeddings).packed()).isEmpty();
    }
  }
}
