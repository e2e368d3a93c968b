package org.attune.parity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.attune.testkit.TensorAssert.assertThatTensor;
import static org.attune.testkit.TensorAssert.largestDifference;

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
  static double assertClose(Model model, Map<String, Tensor> expected, double tolerance) {
    Map<String, Parameter> parameters = model.namedParameters();
    assertThat(parameters.keySet()).containsAll(expected.keySet());
    double largest = 0;
    for (Map.Entry<String, Tensor> entry : expected.entrySet()) {
      String name = entry.getKey();
      if (!name.endsWith("attention.self.key.bias")) {
        Tensor actual = parameters.get(name).value();
        assertThatTensor(actual).as("final %s", name).isCloseTo(entry.getValue(), tolerance);
        largest = Math.max(largest, largestDifference(actual, entry.getValue()));
      }
    }
    return largest;
  }
}
