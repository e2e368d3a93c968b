package org.attune.nn;

import org.attune.tensor.Functional;
import org.attune.tensor.Tensor;

/**
 * Root-mean-square normalization (Zhang and Sennrich 2019): x / sqrt(mean x^2 + eps) * weight, with
 * no mean taken away and no bias.
 */
public final class RmsNorm extends Module {
  private final Parameter weight; // "weight" [D]
  private final double eps;

  public RmsNorm(long width, double eps) {
    this.weight = parameter("weight", Parameter.Init.ONES, width);
    this.eps = eps;
  }

  /**
   * Normalizes the last dimension.
   *
   * @param x [.., D]
   * @return [.., D]
   */
  public Tensor forward(Tensor x) {
    return training()
        ? Functional.trainedRmsNorm(x, weight.value(), eps)
        : Functional.rmsNorm(x, weight.value(), eps);
  }
}
