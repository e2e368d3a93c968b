package org.attune.nn;

import java.util.List;
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
        .of(List.of(weight.value()))
        .map(packed -> packed.times(x))
        .orElseGet(() -> Functional.linear(x, weight.value().t(), bias.value()));
  }

  /**
   * residual + forward(x). Where the weight is packed the sum takes the residual's memory, which
   * must not be needed any more: this is for a decoder's step.
   *
   * @param residual [.., out]
   * @param x [.., in]
   */
  public Tensor addTo(Tensor residual, Tensor x) {
    return packing.addTo(List.of(weight.value()), residual, x, this::forward);
  }

  @Override
  void pack() {
    try (Scope scope = Scope.open()) {
      packing.pack(List.of(weight.value()), weight.value().t(), Optional.of(bias.value()));
    }
  }

  @Override
  void unpack() {
    packing.drop();
  }
}
