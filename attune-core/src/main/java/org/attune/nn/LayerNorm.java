package org.attune.nn;

import org.attune.tensor.Functional;
import org.attune.tensor.Tensor;

/**
 * Layer normalization (Ba, Kiros and Hinton 2016): (x - mean) / sqrt(variance + eps) * weight +
 * bias.
 */
public final class LayerNorm extends Module {
  private final Parameter weight; // "weight" [D]
  private final Parameter bias; // "bias" [D]
  private final double eps;

  public LayerNorm(long width, double eps) {
    this.weight = parameter("weight", Parameter.Init.ONES, width);
    this.bias = parameter("bias", Parameter.Init.ZEROS, width);
    this.eps = eps;
  }

  /**
   * Normalizes the last dimension.
   *
   * @param x [.., D]
   * @return [.., D]
   */
  public Tensor forward(Tensor x) {
    return Functional.layerNorm(x, weight.value(), bias.value(), eps);
  }
}
