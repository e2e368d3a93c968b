package org.attune.models;

import org.attune.tensor.Tensor;

/**
 * A model that gives a distribution over the vocabulary at each place. The two halves of its
 * forward pass are apart, so that a loss need not hold the logits of all places at once.
 */
public interface LanguageModel {
  /** What the head reads: [B, T, D], or of the decoder [B, U, D] where there is one. */
  Tensor hidden(ModelInput input);

  /**
   * The head on any number of places.
   *
   * @param hidden [.., D]
   * @return [.., V]
   */
  Tensor logits(Tensor hidden);
}
