package org.attune.nn;

import org.attune.tensor.Functional;
import org.attune.tensor.Shape;
import org.attune.tensor.Tensor;

/** y = x W' + b. */
public final class Linear extends Module {
  private final Parameter weight; // "weight" [out, in]
  private final Parameter bias; // "bias" [out], null without

  private Linear(Parameter weight, long out, boolean hasBias) {
    this.weight = parameter("weight", weight);
    this.bias = hasBias ? parameter("bias", Parameter.Init.ZEROS, out) : null;
  }

  public static Linear of(long in, long out) {
    return new Linear(matrix(in, out), out, true);
  }

  public static Linear withoutBias(long in, long out) {
    return new Linear(matrix(in, out), out, false);
  }

  /**
   * A layer whose weight is another module's too, as a language-model head shares the embeddings.
   */
  public static Linear tied(Parameter weight) {
    return new Linear(weight, weight.shape().size(0), true);
  }

  /** The same without a bias. */
  public static Linear tiedWithoutBias(Parameter weight) {
    return new Linear(weight, weight.shape().size(0), false);
  }

  private static Parameter matrix(long in, long out) {
    return new Parameter(Shape.of(out, in), Parameter.Init.NORMAL);
  }

  public Parameter weight() {
    return weight;
  }

  /**
   * The bias, for a module that registers it under a second name.
   *
   * @throws IllegalStateException when the layer has none
   */
  public Parameter bias() {
    if (bias == null) {
      throw new IllegalStateException("this linear layer has no bias");
    }
    return bias;
  }

  /**
   * Maps the last dimension.
   *
   * @param x [.., in]
   * @return [.., out]
   */
  public Tensor forward(Tensor x) {
    return bias == null
        ? Functional.linear(x, weight.value())
        : Functional.linear(x, weight.value(), bias.value());
  }
}
