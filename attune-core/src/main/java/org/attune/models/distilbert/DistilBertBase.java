package org.attune.models.distilbert;

import org.attune.checkpoint.ConfigJson;
import org.attune.models.Flops;
import org.attune.models.Head;
import org.attune.models.Model;
import org.attune.nn.ActivationCount;

/** What all DistilBERT models share: their config. */
abstract class DistilBertBase extends Model {
  private final DistilBertConfig config;

  DistilBertBase(ConfigJson json, Head head, DistilBertConfig config) {
    super(json, head);
    this.config = config;
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
    return config.flops(tokens) + Flops.head(this, config.dim(), tokens);
  }

  @Override
  public final ActivationCount activations(long rows, long tokens, long decoderTokens) {
    return config.activations(rows, tokens);
  }
}
