package org.attune.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.attune.testkit.TensorAssert.assertThatTensor;

import java.util.Optional;
import org.attune.tensor.Autograd;
import org.attune.tensor.DType;
import org.attune.tensor.PackedMatrix;
import org.attune.tensor.Rng;
import org.attune.tensor.Scope;
import org.attune.tensor.Shape;
import org.attune.tensor.Tensor;
import org.junit.jupiter.api.Test;

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
