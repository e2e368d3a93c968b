package org.attune.nn;

import java.util.Optional;
import org.attune.tensor.Functional;
import org.attune.tensor.Scope;
import org.attune.tensor.Shape;
import org.attune.tensor.Tensor;

/**
 * y = x W + b with the weight stored [in, out], the transpose of {@link Linear}'s: what GPT-2's
 * files hold, under the name transformers gives it.
 */
public final class Conv1D extends Module {
  private final Parameter weight; // "weight" [in, out]
  private final Parameter bias; // "bias" [out]
  private final Packing packing = new Packing();

  public Conv1D(long in, long out) {
    this(in, out, 1);
  }

  /**
   * A layer that starts smaller than others do.
   *
   * @param deviation of its new weights, as a multiple of the model's {@code initializer_range}
   */
  public Conv1D(long in, long out, double deviation) {
    Shape shape = Shape.of(in, out);
    weight = parameter("weight", new Parameter(shape, Parameter.Init.NORMAL, deviation));
    bias = parameter("bias", Parameter.Init.ZEROS, out);
  }

  public Parameter weight() {
    return weight;
  }

  /**
   * Maps the last dimension.
   *
   * @param x [.., in]
   * @return [.., out]
   */
  public Tensor forward(Tensor x) {
    return packing
        .of(weight.value())
        .map(packed -> packed.times(x))
        .orElseGet(() -> Functional.linear(x, weight.value().t(), bias.value()));
  }

  @Override
  void pack() {
    try (Scope scope = Scope.open()) {
      packing.pack(weight.value(), weight.value().t(), Optional.of(bias.value()));
    }
  }

  @Override
  void unpack() {
    packing.drop();
  }
}
