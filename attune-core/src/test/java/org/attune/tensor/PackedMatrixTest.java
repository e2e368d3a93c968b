package org.attune.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.attune.testkit.TensorAssert.assertThatTensor;

import java.util.Optional;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Packed weights give the products of plain ones, for any number of rows. */
class PackedMatrixTest {
  private static final long SEED = 20_261_124;

  private static Tensor numbers(long site, long... dims) {
    return new Rng(SEED).normal(Shape.of(dims), 1, 0, site);
  }

  private static PackedMatrix packed(Tensor weight, Optional<Tensor> bias) {
    Optional<PackedMatrix> packed = PackedMatrix.of(weight, bias);
    assumeThat(packed).as("this machine packs " + weight.dtype()).isPresent();
    return packed.get();
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"F32", "BF16"})
  void productsAreThoseOfThePlainWeight(DType type) {
    try (Scope scope = Scope.open()) {
      Tensor weight = numbers(1, 67, 40).to(type); // no multiple of any block
      Tensor bias = numbers(2, 67);
      try (PackedMatrix with = packed(weight, Optional.of(bias));
          PackedMatrix without = packed(weight, Optional.empty())) {
        for (int rows : new int[] {1, 2, 7, 8, 15, 16, 17, 31, 33, 300}) {
          Tensor x = numbers(rows, rows, 1, 40);
          Tensor expected = Functional.linear(x, weight.to(DType.F32));
          Tensor actual = without.times(x);
          assertThat(actual.dtype()).isEqualTo(DType.F32);
          assertThatTensor(actual).as("%d rows", rows).isCloseTo(expected, 2e-5);
          assertThatTensor(with.times(x)).isCloseTo(expected.plus(bias), 2e-5);
          Tensor sum = numbers(3, rows, 1, 67);
          Tensor all = expected.plus(bias).plus(sum);
          with.addTimes(sum, x);
          assertThatTensor(sum).isCloseTo(all, 2e-5);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"F32", "BF16"})
  void stridesOfWeightAndInputDoNotMatter(DType type) {
    try (Scope scope = Scope.open()) {
      Tensor weight = numbers(1, 24, 30).to(type).t(); // [30, 24], as Conv1D has it
      Tensor x = numbers(2, 24, 5).t();
      try (PackedMatrix packed = packed(weight, Optional.empty())) {
        Tensor expected = Functional.linear(x, weight.to(DType.F32));
        assertThatTensor(packed.times(x)).isCloseTo(expected, 2e-5);
        Tensor rounded = x.to(DType.BF16);
        assertThatTensor(packed.times(rounded))
            .isCloseTo(Functional.linear(rounded.to(DType.F32), weight.to(DType.F32)), 2e-5);
      }
    }
  }

  @Test
  void whatF16CannotHoldIsNotPacked() {
    try (Scope scope = Scope.open()) {
      Tensor large = Tensors.full(Shape.of(8, 8), DType.BF16, 1e5);
      assertThat(PackedMatrix.of(large, Optional.empty())).isEmpty();
      Tensor broken = Tensors.full(Shape.of(8, 8), DType.BF16, Double.NaN);
      assertThat(PackedMatrix.of(broken, Optional.empty())).isEmpty();
      assertThat(PackedMatrix.of(Tensors.zeros(Shape.of(8, 8), DType.F64), Optional.empty()))
          .isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"F32", "BF16"})
  void anInputOfAnotherWidthIsRefused(DType type) {
    try (Scope scope = Scope.open();
        PackedMatrix packed = packed(numbers(1, 8, 8).to(type), Optional.empty())) {
      assertThatThrownBy(() -> packed.times(numbers(2, 3, 7))).hasMessageContaining("[3, 7]");
    }
  }

  @Test
  void closingLeavesNoHandle() {
    try (Scope scope = Scope.open()) {
      Tensor weight = numbers(1, 8, 8);
      Tensor half = weight.to(DType.BF16);
      Optional<Tensor> bias = Optional.of(weight.select(0, 0));
      PackedMatrix.of(weight, bias).ifPresent(PackedMatrix::close); // what is made once
      PackedMatrix.of(half, bias).ifPresent(PackedMatrix::close);
      long before = NativeHandles.count();
      PackedMatrix.of(weight, bias).ifPresent(PackedMatrix::close);
      PackedMatrix.of(half, bias).ifPresent(PackedMatrix::close);
      assertThat(NativeHandles.count()).isLessThanOrEqualTo(before);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {HalfMatrix.PACK_SCHEMA, HalfMatrix.TIMES_SCHEMA})
  void theEngineHasTheOperatorsAsTheyWereCalled(String schema) {
    String name = schema.substring(0, schema.indexOf('('));
    assertThat(torch.toString(HalfMatrix.operator(name).schema()).getString()).isEqualTo(schema);
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"F32", "BF16"})
  void aProductOutlivesTheScopeItWasMadeIn(DType type) {
    try (Scope scope = Scope.open();
        PackedMatrix packed = packed(Tensors.full(Shape.of(9, 4), type, 0.5), Optional.empty())) {
      Tensor y = Scope.tidy(() -> packed.times(Tensors.ones(Shape.of(2, 4), DType.F32)));
      for (int i = 0; i < 100; i++) {
        Scope.tidy(() -> Tensors.ones(Shape.of(2, 9), DType.F32).times(7)).numel();
      }
      assertThat(y.toFloats()).containsOnly(2);
    }
  }

  @Test
  void argmaxIsTheFirstOfEqualOnes() {
    try (Scope scope = Scope.open()) {
      Tensor scores = Tensors.ofFloats(new float[] {1, 3, 3, 2, 5, 0, 5, 5}, 2, 4);
      assertThat(scores.argmax(-1).toLongs()).containsExactly(1, 0);
    }
  }
}
