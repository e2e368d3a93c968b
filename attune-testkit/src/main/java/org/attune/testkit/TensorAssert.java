package org.attune.testkit;

import org.assertj.core.api.AbstractAssert;
import org.attune.tensor.Tensor;

/** Compares tensors element by element and says where they differ most. */
public final class TensorAssert extends AbstractAssert<TensorAssert, Tensor> {
  private TensorAssert(Tensor actual) {
    super(actual, TensorAssert.class);
  }

  public static TensorAssert assertThatTensor(Tensor actual) {
    return new TensorAssert(actual);
  }

  /** The largest absolute difference of two elements; NaN where one of them is. */
  public static double largestDifference(Tensor a, Tensor b) {
    return a.detach().minus(b.detach()).abs().max().item();
  }

  /** Same shape, and no element further apart than {@code absolute}. */
  public TensorAssert isCloseTo(Tensor expected, double absolute) {
    return isCloseTo(expected, absolute, 0);
  }

  /**
   * Same shape, and each element within {@code absolute + relative * |expected|}, as {@code
   * torch.allclose} has it.
   */
  public TensorAssert isCloseTo(Tensor expected, double absolute, double relative) {
    isNotNull();
    if (!actual.shape().equals(expected.shape())) {
      throw failure("expected shape %s but got %s", expected.shape(), actual.shape());
    }
    float[] got = actual.toFloats();
    float[] want = expected.toFloats();
    int worst = -1;
    double excess = 0;
    for (int i = 0; i < got.length; i++) {
      double over = Math.abs((double) got[i] - want[i]) - (absolute + relative * Math.abs(want[i]));
      // Written so that NaN fails.
      if (!(over <= 0) && !(over <= excess)) {
        worst = i;
        excess = over;
      }
    }
    if (worst >= 0) {
      throw failure(
          "expected %s within %s (relative %s) but element %d is %s instead of %s",
          expected.shape(), absolute, relative, worst, got[worst], want[worst]);
    }
    return this;
  }

  /** Same shape and equal elements. */
  public TensorAssert hasSameElementsAs(Tensor expected) {
    return isCloseTo(expected, 0);
  }
}
