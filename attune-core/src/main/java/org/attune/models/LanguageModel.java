package org.attune.models;

import org.attune.nn.OutputEmbeddings;
import org.attune.tensor.Tensor;

/**
 * A model that gives a distribution over the vocabulary at each place. Its forward pass is in three
 * parts, {@link #hidden}, {@link #transform} and {@link #outputEmbeddings}, so that a loss need not
 * hold the logits of all places at once.
 */
public interface LanguageModel {
  /** What the head reads: [B, T, D], or of the decoder [B, U, D] where there is one. */
  Tensor hidden(ModelInput input);

  /** The head's layers before its last one, on any number of places: [.., D] to [.., D]. */
  default Tensor transform(Tensor hidden) {
    return hidden;
  }

  /** The head's last layer. */
  OutputEmbeddings outputEmbeddings();

  /**
   * The whole head on any number of places.
   *
   * @param hidden [.., D]
   * @return [.., V]
   */
  default Tensor logits(Tensor hidden) {
    return outputEmbeddings().logits(transform(hidden));
  }
}
