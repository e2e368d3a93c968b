package org.attune.objective;

import java.util.Optional;
import org.attune.nn.OutputEmbeddings;
import org.attune.tensor.Autocast;
import org.attune.tensor.Autograd;
import org.attune.tensor.DType;
import org.attune.tensor.FusedCrossEntropy;
import org.attune.tensor.Scope;
import org.attune.tensor.Shape;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;

/**
 * Forward and backward pass of a language model's last layer and its loss, a chunk of places at a
 * time. Done by hand rather than by the engine's graph, which would make a matrix as large as the
 * vocabulary for each chunk and then add it: here the product itself adds to the gradient. One
 * buffer holds every chunk's logits, as fresh memory of that size costs a page fault each 4 KB.
 */
final class OutputBackward {
  /** Below this the loss is taken from the logits again: F32 ends at 1e-38. */
  private static final float TOO_SMALL = 1e-30f;

  private final OutputEmbeddings output;
  private final Tensor states; // [N, D], of the graph
  private final double scale;
  // Of a chunk's slopes, before they are multiplied: those of most words are below F16's smallest
  // number.
  private final double slopeScale;
  private final Tensor inputs; // [N, D], the same in the type of the products
  private final Tensor weight; // [V, D], likewise
  private final Tensor buffer; // [rows, V]
  private final Optional<Tensor> gradient; // [N, D], of the inputs

  /**
   * @param states [N, D]
   * @param rows of the largest chunk
   * @param scale of all gradients
   */
  OutputBackward(OutputEmbeddings output, Tensor states, int rows, double scale) {
    DType type = Autocast.type().orElse(states.dtype());
    this.output = output;
    this.states = states;
    this.scale = scale;
    this.slopeScale = type == DType.F16 ? scale : 1;
    inputs = states.detach().to(type).contiguous();
    weight = output.weight().detach().to(type);
    buffer = Tensors.empty(Shape.of(rows, output.vocabularySize()), type);
    gradient =
        states.requiresGrad() ? Optional.of(Tensors.empty(states.shape(), type)) : Optional.empty();
  }

  /**
   * Adds a chunk's gradients.
   *
   * @param targets [n] I64, of the places from {@code at} on
   * @return the chunk's sum of losses, unscaled
   */
  double chunk(int at, Tensor targets) {
    try (Scope scope = Scope.open()) {
      return Autograd.noGrad(
          () -> {
            long count = targets.numel();
            Tensor some = inputs.narrow(0, at, count); // [n, D]
            Tensor logits = logits(some, buffer.narrow(0, 0, count)); // [n, V]
            float[] probabilities = FusedCrossEntropy.gradientInPlace(logits, targets, slopeScale);
            addGradients(at, some, logits);
            return sum(probabilities, some, targets);
          });
    }
  }

  private Tensor logits(Tensor some, Tensor to) {
    Optional<Tensor> bias = output.bias().map(Tensor::detach);
    bias.ifPresent(b -> to.copyFrom(b));
    return to.addProductInPlace(some, weight.t(), bias.isPresent() ? 1 : 0, 1);
  }

  private void addGradients(int at, Tensor some, Tensor slope) {
    gradient.ifPresent(
        all ->
            all.narrow(0, at, some.size(0))
                .addProductInPlace(slope, weight, 0, scale / slopeScale));
    if (output.weight().requiresGrad()) {
      addProduct(output.weight(), slope.t(), some);
    }
    output
        .bias()
        .filter(Tensor::requiresGrad)
        .ifPresent(bias -> add(bias, slope.to(DType.F32).sum(0)));
  }

  /** parameter.grad += a b scale. */
  private void addProduct(Tensor parameter, Tensor a, Tensor b) {
    boolean first = parameter.grad().isEmpty();
    if (a.dtype() == parameter.dtype()) {
      gradient(parameter).addProductInPlace(a, b, first ? 0 : 1, scale / slopeScale);
    } else {
      add(parameter, a.matmul(b));
    }
  }

  /** parameter.grad += value scale. */
  private void add(Tensor parameter, Tensor value) {
    if (parameter.grad().isEmpty()) {
      gradient(parameter).copyFrom(value).timesInPlace(scale / slopeScale);
    } else {
      gradient(parameter).addInPlace(value, scale / slopeScale);
    }
  }

  /** The gradient, dense; a new one holds anything. */
  private static Tensor gradient(Tensor parameter) {
    Optional<Tensor> before = parameter.grad();
    if (before.isPresent() && !before.get().isSparse()) {
      return before.get();
    }
    Tensor gradient =
        before.isPresent()
            ? before.get().dense()
            : Tensors.empty(parameter.shape(), parameter.dtype());
    parameter.setGrad(gradient);
    return gradient;
  }

  private double sum(float[] probabilities, Tensor some, Tensor targets) {
    double sum = 0;
    for (int i = 0; i < probabilities.length; i++) {
      sum +=
          probabilities[i] >= TOO_SMALL
              ? -Math.log(probabilities[i])
              : FusedCrossEntropy.losses(
                  logits(some.narrow(0, i, 1), buffer.narrow(0, 0, 1)), targets.narrow(0, i, 1))[0];
    }
    return sum;
  }

  /** Hands the gradient on to what the states came from. */
  void finish() {
    buffer.close(); // before the gradients of the layers below need room
    gradient.ifPresent(all -> states.backward(all.to(states.dtype())));
  }
}
