package org.attune.models;

/** A language model that writes text token by token. */
public interface GenerativeModel extends LanguageModel {
  /** Whether prompts go to an encoder of their own and the decoder starts from a start token. */
  default boolean encoderDecoder() {
    return this instanceof EncoderDecoder;
  }

  /**
   * Whether no token sees those behind it. A model whose config.json says otherwise gives logits,
   * but can neither go on with a text nor say how probable one is.
   */
  default boolean readsForwards() {
    return true;
  }

  /**
   * Begins to write for a batch of prompts. An encoder runs here, once; a decoder alone reads its
   * prompts with the first {@link Decoding#next}.
   *
   * @param prompts with a mask where rows are padded: on the left for a decoder alone
   * @param capacity most tokens the decoder will hold a row, its prompt and what it writes together
   */
  Decoding decode(ModelInput prompts, int capacity);
}
