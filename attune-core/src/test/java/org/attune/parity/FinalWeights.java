package org.attune.parity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.attune.testkit.TensorAssert.assertThatTensor;

import java.util.Map;
import org.attune.models.Model;
import org.attune.nn.Parameter;
import org.attune.tensor.Tensor;

/** Compares what a run left behind. */
final class FinalWeights {
  private FinalWeights() {}

  /**
   * Every parameter but the attention key's bias. That one adds the same number to all scores of a
   * query, which softmax cancels: its true gradient is zero, what is computed is rounding noise,
   * and Adam scales noise up to whole steps. No two implementations agree on it, and no output
   * depends on it.
   */
  static void assertClose(Model model, Map<String, Tensor> expected, double tolerance) {
    Map<String, Parameter> parameters = model.namedParameters();
    assertThat(parameters.keySet()).containsAll(expected.keySet());
    expected.forEach(
        (name, weight) -> {
          if (!name.endsWith("attention.self.key.bias")) {
            assertThatTensor(parameters.get(name).value())
                .as("final %s", name)
                .isCloseTo(weight, tolerance);
          }
        });
  }
}
