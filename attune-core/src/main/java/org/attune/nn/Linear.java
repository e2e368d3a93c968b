package org.attune.nn;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.attune.tensor.Functional;
import org.attune.tensor.PackedMatrix;
import org.attune.tensor.Shape;
import org.attune.tensor.Tensor;

/** y = x W' + b. */
public final class Linear extends Module {
  private final Parameter weight; // "weight" [out, in]
  private final Parameter bias; // "bias" [out], null without
  private final Packing packing = new Packing();
  private boolean joined; // packed with others, by a JoinedLinear

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

  /** This layer as the last one of a language model. */
  public OutputEmbeddings outputEmbeddings() {
    Tensor matrix = weight.value();
    return new OutputEmbeddings(
        matrix, Optional.ofNullable(bias).map(Parameter::value), packing.of(List.of(matrix)));
  }

  /** Leaves packing to a layer that does it for several. */
  void join() {
    joined = true;
  }

  boolean isBiased() {
    return bias != null;
  }

  /**
   * Several layers on one input as one matrix product, which reads the input once.
   *
   * @param x [.., in]
   * @param layers all with a bias, or all without
   * @return each layer's [.., out], views of one tensor
   */
  public static List<Tensor> together(Tensor x, List<Linear> layers) {
    Tensor weight = Tensor.cat(layers.stream().map(layer -> layer.weight.value()).toList(), 0);
    boolean biased = layers.get(0).bias != null;
    Tensor all =
        biased
            ? Functional.linear(
                x,
                weight,
                Tensor.cat(layers.stream().map(layer -> layer.bias().value()).toList(), 0))
            : Functional.linear(x, weight);
    List<Tensor> parts = new ArrayList<>();
    long start = 0;
    for (Linear layer : layers) {
      long width = layer.weight.shape().size(0);
      parts.add(all.narrow(-1, start, width));
      start += width;
    }
    return parts;
  }

  /**
   * Maps the last dimension.
   *
   * @param x [.., in]
   * @return [.., out]
   */
  public Tensor forward(Tensor x) {
    Optional<PackedMatrix> packed = packing.of(List.of(weight.value()));
    if (packed.isPresent()) {
      return packed.get().times(x);
    }
    return bias == null
        ? Functional.linear(x, weight.value())
        : Functional.linear(x, weight.value(), bias.value());
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
    if (!joined) {
      Tensor matrix = weight.value();
      packing.pack(List.of(matrix), matrix, Optional.ofNullable(bias).map(Parameter::value));
    }
  }

  @Override
  void unpack() {
    packing.drop();
  }
}
