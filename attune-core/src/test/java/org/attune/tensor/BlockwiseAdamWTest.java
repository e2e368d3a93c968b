package org.attune.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.attune.testkit.Golden;
import org.junit.jupiter.api.Test;

/** The 8-bit step against numpy (reference/blockwise.py; seed 31 there), and its code books. */
class BlockwiseAdamWTest {
  @Test
  void twentyStepsOfGivenGradients() {
    Golden golden = Golden.read("optimizers/blockwise");
    Tensor gradients = golden.tensor("gradients"); // [steps, n]
    Tensor value = golden.tensor("start").copy(); // [n]
    long numbers = value.numel();
    var first = moment(numbers);
    var second = moment(numbers);
    int wrong = 0;
    for (int step = 1; step <= gradients.size(0); step++) {
      BlockwiseAdamW.step(
          value,
          gradients.select(0, step - 1),
          first,
          second,
          new BlockwiseAdamW.Step(2e-3, 0.9, 0.999, 0.05, 1e-8, 1, step));
      float[] got = value.toFloats();
      float[] expected = golden.tensor("weights").select(0, step - 1).toFloats();
      for (int i = 0; i < got.length; i++) {
        wrong += Math.abs(got[i] - expected[i]) > 1e-6 ? 1 : 0;
      }
    }
    assertThat(wrong).isZero();
    assertThat(first.codes().toLongs()).isEqualTo(golden.tensor("first.codes").toLongs());
    assertThat(second.codes().toLongs()).isEqualTo(golden.tensor("second.codes").toLongs());
    assertThat(first.largest().toFloats())
        .containsExactly(golden.tensor("first.largest").toFloats(), within(1e-6f));
  }

  private static BlockwiseAdamW.Moment moment(long numbers) {
    return new BlockwiseAdamW.Moment(
        Tensors.zeros(Shape.of(numbers), DType.U8),
        Tensors.zeros(Shape.of(BlockwiseAdamW.blocks(numbers)), DType.F32));
  }

  @Test
  void theNearestCodeIsFoundForEveryKindOfNumber() {
    var random = new Random(1);
    for (DynamicCode code : new DynamicCode[] {DynamicCode.signed(), DynamicCode.unsigned()}) {
      for (int i = 0; i < 100_000; i++) {
        float number = (float) (Math.pow(10, -8 * random.nextDouble()) * (i % 2 * 2 - 1));
        int got = code.nearest(number);
        float distance = Math.abs(code.value(got) - number);
        int best = 0;
        for (int other = 1; other < 256; other++) {
          if (Math.abs(code.value(other) - number) < Math.abs(code.value(best) - number)) {
            best = other;
          }
        }
        assertThat(distance)
            .as("%s", number)
            .isLessThanOrEqualTo(Math.abs(code.value(best) - number) * 1.00001f);
      }
      assertThat(code.value(code.nearest(0))).isZero();
      assertThat(code.value(code.nearest(1))).isEqualTo(1);
    }
  }
}
