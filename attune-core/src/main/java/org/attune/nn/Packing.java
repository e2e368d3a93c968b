package org.attune.nn;

import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.attune.tensor.Autograd;
import org.attune.tensor.DType;
import org.attune.tensor.PackedMatrix;
import org.attune.tensor.Tensor;

/** Weights in the engine's own layout, from {@link Module#packMatrices} on. */
final class Packing {
  private record Packed(List<Tensor> from, PackedMatrix matrix) {
    boolean isOf(List<Tensor> sources) {
      for (int i = 0; i < sources.size(); i++) {
        if (sources.get(i) != from.get(i)) {
          return false;
        }
      }
      return true;
    }
  }

  private volatile Packed packed; // null until asked for, and where nothing packs it

  /**
   * Packs a weight, unless that is done.
   *
   * @param sources values of the parameters that the copy stands for, always as many
   * @param weight the same as one [out, in]
   */
  synchronized void pack(List<Tensor> sources, Tensor weight, Optional<Tensor> bias) {
    if (!isPacked(sources)) {
      drop();
      packed = PackedMatrix.of(weight, bias).map(m -> new Packed(sources, m)).orElse(null);
    }
  }

  synchronized boolean isPacked(List<Tensor> sources) {
    return packed != null && packed.isOf(sources);
  }

  /** Frees the copy. */
  synchronized void drop() {
    if (packed != null) {
      packed.matrix.close();
      packed = null;
    }
  }

  /** The copy of these parameters' values, where there is one and no gradient is asked for. */
  Optional<PackedMatrix> of(List<Tensor> sources) {
    Packed now = packed;
    return now == null || !now.isOf(sources) || Autograd.isOn()
        ? Optional.empty()
        : Optional.of(now.matrix);
  }

  /**
   * residual + the product. Where the weight is packed the sum takes the residual's memory, which
   * must not be needed any more: this is for a decoder's step.
   *
   * @param sources values of the parameters
   * @param residual [.., out]
   * @param x [.., in]
   * @param product of x, where nothing is packed: [.., out]
   */
  Tensor addTo(List<Tensor> sources, Tensor residual, Tensor x, UnaryOperator<Tensor> product) {
    Optional<PackedMatrix> matrix = of(sources);
    if (matrix.isEmpty() || residual.dtype() != DType.F32) {
      return residual.plus(product.apply(x));
    }
    matrix.get().addTimes(residual, x);
    return residual;
  }
}
