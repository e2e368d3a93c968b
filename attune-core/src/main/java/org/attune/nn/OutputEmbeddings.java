package org.attune.nn;

import java.util.Optional;
import org.attune.tensor.Functional;
import org.attune.tensor.PackedMatrix;
import org.attune.tensor.Tensor;

/**
 * The last matrix of a language model, which gives each word its logit. Often it is the word
 * embeddings themselves (Press and Wolf 2017).
 *
 * @param weight [V, D]
 * @param bias [V]
 * @param packed both once more, where {@link Module#packMatrices} has made it and no gradient is
 *     asked for
 */
public record OutputEmbeddings(
    Tensor weight, Optional<Tensor> bias, Optional<PackedMatrix> packed) {
  public OutputEmbeddings(Tensor weight, Optional<Tensor> bias) {
    this(weight, bias, Optional.empty());
  }

  /** V. */
  public int vocabularySize() {
    return Math.toIntExact(weight.size(0));
  }

  /** states [.., D] to logits [.., V]. */
  public Tensor logits(Tensor states) {
    if (packed.isPresent()) {
      return packed.get().times(states);
    }
    return bias.map(b -> Functional.linear(states, weight, b))
        .orElseGet(() -> Functional.linear(states, weight));
  }
}
