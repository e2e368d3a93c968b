package org.attune.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.attune.testkit.TensorAssert.assertThatTensor;

import org.attune.tensor.Shape;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;
import org.junit.jupiter.api.Test;

/** What the other tests lean on: it finds differences, and it finds golden files. */
class TestkitTest {
  private final Tensor expected = Tensors.ofFloats(new float[] {1, 2, 100}, 3);

  @Test
  void tensorsWithinTheBoundAreClose() {
    Tensor near = Tensors.ofFloats(new float[] {1.01f, 2, 100.5f}, 3);
    assertThatCode(() -> assertThatTensor(near).isCloseTo(expected, 0.02, 0.01))
        .doesNotThrowAnyException();
  }

  @Test
  void theWorstElementIsNamed() {
    Tensor far = Tensors.ofFloats(new float[] {1.5f, 2, 103}, 3);
    assertThatThrownBy(() -> assertThatTensor(far).isCloseTo(expected, 0.1))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining(
            "expected [3] within 0.1 (relative 0.0) but element 2 is 103.0 instead of 100.0");
  }

  @Test
  void notANumberIsNeverClose() {
    Tensor broken = Tensors.ofFloats(new float[] {1, Float.NaN, 100}, 3);
    assertThatThrownBy(() -> assertThatTensor(broken).isCloseTo(expected, 10))
        .hasMessageContaining("element 1 is NaN instead of 2.0");
  }

  @Test
  void shapesMustBeEqual() {
    Tensor row = expected.reshape(1, 3);
    assertThatThrownBy(() -> assertThatTensor(row).isCloseTo(expected, 1))
        .hasMessageContaining("expected shape [3] but got [1, 3]");
  }

  @Test
  void goldenFilesAreFoundByName() {
    Golden golden = Golden.read("bert/masked_lm");
    assertThat(golden.cases()).containsExactly("left", "right", "right_no_types", "unpadded");
    assertThat(golden.tensor("right/input_ids").shape()).isEqualTo(Shape.of(3, 11));
    assertThat(golden.find("right_no_types/token_type_ids")).isEmpty();
    assertThat(golden.values().get("loss").get("left").asDouble()).isPositive();
  }

  @Test
  void aGoldenThatIsMissingSaysWhereItComesFrom() {
    assertThatThrownBy(() -> Golden.read("bert/no_such_head"))
        .hasMessage(
            "no golden/bert/no_such_head on the class path; does a script in reference/ write it?");
  }
}
