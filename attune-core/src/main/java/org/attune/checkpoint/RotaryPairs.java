package org.attune.checkpoint;

import org.attune.tensor.Tensor;

/**
 * The order of a head's elements. Meta's files, and those made for its code, turn neighbours
 * together; transformers turns the element half a head away. The rows of the query and key
 * projections tell which.
 */
final class RotaryPairs {
  private RotaryPairs() {}

  /**
   * Rows in pairs of neighbours, put in transformers' order.
   *
   * @param projection [H E, D], or a bias [H E]
   * @param heads H
   */
  static Tensor apart(Tensor projection, int heads) {
    long[] shape = projection.shape().toArray();
    long half = shape[0] / heads / 2; // E / 2
    return projection
        .reshape(heads, half, 2, projection.numel() / shape[0])
        .transpose(1, 2)
        .reshape(shape);
  }
}
