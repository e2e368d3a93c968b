package org.attune.models.bart;

import org.attune.checkpoint.ConfigJson;
import org.attune.models.EncoderDecoder;
import org.attune.models.Flops;
import org.attune.models.Head;
import org.attune.models.Model;
import org.attune.nn.ActivationCount;
import org.attune.tensor.Tensor;

/** What all BART models share: their config, and how labels become the decoder's input. */
abstract class BartBase extends Model {
  private final BartConfig config;

  BartBase(ConfigJson json, Head head, BartConfig config) {
    super(json, head);
    this.config = config;
  }

  final BartConfig bartConfig() {
    return config;
  }

  /** See {@link EncoderDecoder#decoderStartTokenId}, which models with both stacks implement. */
  public final int decoderStartTokenId() {
    return config.decoderStartTokenId();
  }

  /** See {@link EncoderDecoder#shiftRight(Tensor)}. */
  public final Tensor shiftRight(Tensor labels) {
    return EncoderDecoder.shiftRight(labels, config.decoderStartTokenId(), config.padTokenId());
  }

  @Override
  public final int maxLength() {
    return config.maxPositions();
  }

  @Override
  public final int vocabularySize() {
    return config.vocabSize();
  }

  @Override
  public final double initializerRange() {
    return config.initializerRange();
  }

  @Override
  public final double flops(long tokens, long decoderTokens) {
    return this instanceof EncoderDecoder
        ? config.flops(tokens, decoderTokens) + Flops.head(this, config.width(), decoderTokens)
        : config.decoderFlops(tokens) + Flops.head(this, config.width(), tokens);
  }

  @Override
  public final ActivationCount activations(long rows, long tokens, long decoderTokens) {
    return this instanceof EncoderDecoder
        ? config.activations(rows, tokens, decoderTokens)
        : config.decoderActivations(rows, tokens);
  }
}
