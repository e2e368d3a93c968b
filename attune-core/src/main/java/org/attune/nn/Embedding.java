package org.attune.nn;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.attune.tensor.Functional;
import org.attune.tensor.Tensor;

/** A table of vectors. */
public final class Embedding extends Module {
  private final Parameter weight; // "weight" [V, D]
  private final long paddingIndex;
  private UnaryOperator<Tensor> change = UnaryOperator.identity();

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
   * Changes what is looked up while training, as techniques that disturb a model's input do.
   *
   * @param newChange from [.., D] to [.., D]; the identity for none
   */
  public void changeWith(UnaryOperator<Tensor> newChange) {
    change = newChange;
  }

  /**
   * The table of a model's words: in every family the first one, before those of positions and
   * segments.
   */
  public static Embedding ofWords(Module model) {
    List<Embedding> tables = new ArrayList<>();
    model.visit(
        (path, module) -> {
          if (module instanceof Embedding table) {
            tables.add(table);
          }
        });
    if (tables.isEmpty()) {
      throw new IllegalArgumentException("the model has no table of embeddings");
    }
    return tables.get(0);
  }

  /**
   * Looks rows up.
   *
   * @param ids [..] I64, each below {@code V}
   * @return [.., D]
   */
  public Tensor forward(Tensor ids) {
    Tensor vectors = Functional.embedding(ids, weight.value(), paddingIndex);
    return training() ? change.apply(vectors) : vectors;
  }
}
