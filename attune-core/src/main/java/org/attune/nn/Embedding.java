package org.attune.nn;

import org.attune.tensor.Functional;
import org.attune.tensor.Tensor;

/** A table of vectors. */
public final class Embedding extends Module {
  private final Parameter weight; // "weight" [V, D]
  private final long paddingIndex;

  /**
   * A table of {@code count} vectors.
   *
   * @param paddingIndex a row that gets no gradient, -1 for none
   */
  public Embedding(long count, long width, long paddingIndex) {
    this.weight = parameter("weight", Parameter.Init.NORMAL, count, width);
    this.paddingIndex = paddingIndex;
  }

  public Parameter weight() {
    return weight;
  }

  /**
   * Looks rows up.
   *
   * @param ids [..] I64, each below {@code V}
   * @return [.., D]
   */
  public Tensor forward(Tensor ids) {
    return Functional.embedding(ids, weight.value(), paddingIndex);
  }
}
