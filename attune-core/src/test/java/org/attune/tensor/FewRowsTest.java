package org.attune.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.attune.testkit.TensorAssert.assertThatTensor;

import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A few rows in Java's loops give what the engine gives. */
class FewRowsTest {
  private static final double EPS = 1e-6;

  private static Tensor numbers(long site, long... dims) {
    return new Rng(20_261_124).normal(Shape.of(dims), 1, 0, site);
  }

  private static Tensor engine(Tensor x, Tensor weight) {
    return Tensor.of(
        torch.rms_norm(
            x.handle(),
            new long[] {weight.size(0)},
            new TensorOptional(weight.handle()),
            new DoubleOptional(EPS)));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 8, 13, 512, 1000})
  void theRootMeanSquareNormIsTheEngines(int width) {
    try (Scope scope = Scope.open()) {
      Tensor weight = numbers(1, width);
      for (int rows : new int[] {32, 1, 5}) { // the memory in between is longer than needed
        Tensor x = numbers(2, rows, 1, width).times(3);
        assertThat(Autograd.noGrad(() -> FewRows.suits(x, weight))).isTrue();
        Tensor actual = Autograd.noGrad(() -> Functional.rmsNorm(x, weight, EPS));
        assertThatTensor(actual).isCloseTo(engine(x, weight), 2e-6);
      }
    }
  }

  @Test
  void theEngineDoesWhatHasGradientsOtherTypesOrManyRows() {
    try (Scope scope = Scope.open()) {
      Tensor weight = numbers(1, 512);
      Tensor x = numbers(2, 8, 512);
      assertThat(FewRows.suits(x, weight)).isFalse(); // operations are recorded
      Autograd.noGrad(
          () -> {
            assertThat(FewRows.suits(x.to(DType.BF16), weight)).isFalse();
            assertThat(FewRows.suits(numbers(3, 512, 8).t(), weight)).isFalse();
            assertThat(FewRows.suits(numbers(3, 65, 512), weight)).isFalse();
          });
    }
  }

  @Test
  void aFreedTensorIsNamed() {
    Tensor weight = numbers(1, 8);
    Tensor x = numbers(2, 2, 8);
    x.close();
    assertThatThrownBy(() -> Autograd.noGrad(() -> Functional.rmsNorm(x, weight, EPS)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("operand 1 of rmsNorm was freed");
  }
}
