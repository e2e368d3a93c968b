package org.attune.models.t5;

import org.attune.checkpoint.ConfigJson;
import org.attune.models.EncoderDecoder;
import org.attune.models.Flops;
import org.attune.models.Head;
import org.attune.models.Model;
import org.attune.nn.ActivationCount;
import org.attune.tensor.Tensor;

/** What all T5 models share: their config, and how labels become the decoder's input. */
abstract class T5Base extends Model {
  private final T5Config config;

  T5Base(ConfigJson json, Head head, T5Config config) {
    super(json, head);
    this.config = config;
  }

  final T5Config t5Config() {
    return config;
  }

  /** See {@link EncoderDecoder#decoderStartTokenId}, which models with a decoder implement. */
  public final int decoderStartTokenId() {
    return config.decoderStartTokenId();
  }

  /** See {@link EncoderDecoder#shiftRight(Tensor)}. */
  public final Tensor shiftRight(Tensor labels) {
    return EncoderDecoder.shiftRight(labels, config.decoderStartTokenId(), config.padTokenId());
  }

  /** Positions are relative: any length will do. */
  @Override
  public final int maxLength() {
    return Integer.MAX_VALUE;
  }

  @Override
  public final int vocabularySize() {
    return config.vocabSize();
  }

  /** The factor of every deviation; each matrix has one of its own. */
  @Override
  public final double initializerRange() {
    return config.initializerFactor();
  }

  @Override
  public final double flops(long tokens, long decoderTokens) {
    double encoder = config.encoderFlops(tokens);
    return this instanceof EncoderDecoder
        ? encoder
            + config.decoderFlops(tokens, decoderTokens)
            + Flops.head(this, config.width(), decoderTokens)
        : encoder;
  }

  @Override
  public final ActivationCount activations(long rows, long tokens, long decoderTokens) {
    return this instanceof EncoderDecoder
        ? config.activations(rows, tokens, decoderTokens)
        : config.encoderActivations(rows, tokens);
  }
}
