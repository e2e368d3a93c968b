package org.attune.nn;

import java.util.Optional;
import org.attune.tensor.Autograd;
import org.attune.tensor.PackedMatrix;
import org.attune.tensor.Tensor;

/** A layer's weight in the engine's own layout, from {@link Module#packMatrices} on. */
final class Packing {
  private record Packed(Tensor from, PackedMatrix matrix) {}

  private volatile Packed packed; // null until asked for, and where nothing packs it

  /**
   * Packs a weight, unless that is done.
   *
   * @param source the parameter's value, which the copy stands for
   * @param weight the same as [out, in]
   */
  synchronized void pack(Tensor source, Tensor weight, Optional<Tensor> bias) {
    if (packed == null || packed.from != source) {
      drop();
      packed = PackedMatrix.of(weight, bias).map(matrix -> new Packed(source, matrix)).orElse(null);
    }
  }

  /** Frees the copy. */
  synchronized void drop() {
    if (packed != null) {
      packed.matrix.close();
      packed = null;
    }
  }

  /** The copy of this parameter's value, where there is one and no gradient is asked for. */
  Optional<PackedMatrix> of(Tensor source) {
    Packed now = packed;
    return now == null || now.from != source || Autograd.isOn()
        ? Optional.empty()
        : Optional.of(now.matrix);
  }
}
