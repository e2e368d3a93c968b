package org.attune.objective;

import org.attune.tensor.DType;
import org.attune.tensor.Tensor;

/** A loss that is a sum over items: examples, labels of an example, or tokens. */
public interface Objective {
  /**
   * The sum of the losses of all items that count.
   *
   * @param predictions what the model computed; its shape is the implementation's to say
   * @param targets what it should have been
   * @return a scalar, F32
   */
  Tensor sum(Tensor predictions, Tensor targets);

  /** How many items count: the sum divided by this is the mean that PyTorch's loss would give. */
  default double weight(Tensor targets) {
    return targets.numel();
  }

  /** bf16 has three digits: losses are computed in fp32 whatever the model ran in. */
  static Tensor single(Tensor predictions) {
    return predictions.dtype() == DType.F32 ? predictions : predictions.to(DType.F32);
  }
}
