package org.attune.models;

import org.attune.checkpoint.ConfigJson;
import org.attune.nn.ActivationCount;
import org.attune.nn.Module;
import org.attune.tensor.Tensor;

/** A body with a head, and the config.json it was made from. */
public abstract class Model extends Module {
  private final ConfigJson config;
  private final Head head;

  protected Model(ConfigJson config, Head head) {
    this.config = config;
    this.head = head;
  }

  /** Everything config.json said, also the keys Attune does not read. */
  public final ConfigJson config() {
    return config;
  }

  public final Head head() {
    return head;
  }

  /**
   * The head's logits; without a head the last hidden state [B, T, D].
   *
   * @return [B, labels] of a sequence, [B, T, labels] of tokens, [B, T, 2] (start, end) of an
   *     answer, [B, C] of choices, [B, T, V] of a language model
   */
  public abstract Tensor forward(ModelInput input);

  /** Most tokens in a row that the positions reach. */
  public abstract int maxLength();

  /** Size of the vocabulary; ids must be below it. */
  public abstract int vocabularySize();

  /** Standard deviation that new weights start with. */
  public abstract double initializerRange();

  /**
   * Floating point operations of a forward pass over one row, counted as {@link Flops} says.
   *
   * @param tokens of the row, T
   * @param decoderTokens that the decoder reads, U, where there is one beside an encoder
   */
  public abstract double flops(long tokens, long decoderTokens);

  /**
   * Numbers that a forward pass over a batch keeps while the model trains.
   *
   * @param rows B
   * @param tokens of a row, padding included, T
   * @param decoderTokens of a row that the decoder reads, U, where there is one beside an encoder
   */
  public abstract ActivationCount activations(long rows, long tokens, long decoderTokens);
}
