package org.attune.nn;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.attune.tensor.PackedMatrix;
import org.attune.tensor.Scope;
import org.attune.tensor.Tensor;

/**
 * Linear layers that read one input, as query, key and value do. Packed ({@link
 * Module#packMatrices}) they are one matrix, and a decoder's step multiplies once for all of them;
 * else each multiplies for itself. It has no parameters of its own: the layers stay where they are,
 * under their own names.
 */
public final class JoinedLinear extends Module {
  private final List<Linear> layers;
  private final Packing packing = new Packing();

  /**
   * Joins layers, which are then not packed by themselves.
   *
   * @param layers of one input width, all with a bias or all without
   */
  public JoinedLinear(Linear... layers) {
    this.layers = List.of(layers);
    this.layers.forEach(Linear::join);
  }

  /**
   * Maps the last dimension by every layer.
   *
   * @param x [.., in]
   * @return each layer's [.., out]; views of one tensor where they are packed
   */
  public List<Tensor> forward(Tensor x) {
    Optional<PackedMatrix> packed = packing.of(weights());
    if (packed.isEmpty()) {
      return layers.stream().map(layer -> layer.forward(x)).toList();
    }
    Tensor all = packed.get().times(x); // [.., sum of out]
    if (layers.size() == 1) {
      return List.of(all);
    }
    List<Tensor> parts = new ArrayList<>(layers.size());
    long start = 0;
    for (Linear layer : layers) {
      long width = layer.weight().shape().size(0);
      parts.add(all.narrow(-1, start, width));
      start += width;
    }
    return parts;
  }

  private List<Tensor> weights() {
    Tensor[] weights = new Tensor[layers.size()];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = layers.get(i).weight().value();
    }
    return List.of(weights);
  }

  @Override
  void pack() {
    List<Tensor> weights = weights();
    if (packing.isPacked(weights)) {
      return;
    }
    try (Scope scope = Scope.open()) {
      Optional<Tensor> bias =
          layers.get(0).isBiased()
              ? Optional.of(Tensor.cat(layers.stream().map(l -> l.bias().value()).toList(), 0))
              : Optional.empty();
      packing.pack(weights, Tensor.cat(weights, 0), bias);
    }
  }

  @Override
  void unpack() {
    packing.drop();
  }
}
