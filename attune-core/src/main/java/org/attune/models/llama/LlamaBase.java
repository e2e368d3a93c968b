package org.attune.models.llama;

import org.attune.checkpoint.ConfigJson;
import org.attune.models.Flops;
import org.attune.models.Head;
import org.attune.models.Model;
import org.attune.nn.ActivationCount;

/** What all models of this design share: their config. */
abstract class LlamaBase extends Model {
  private final LlamaConfig config;

  LlamaBase(ConfigJson json, Head head, LlamaConfig config) {
    super(json, head);
    this.config = config;
  }

  final LlamaConfig llamaConfig() {
    return config;
  }

  @Override
  public final int maxLength() {
    return config.reach();
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
    return config.flops(tokens) + Flops.head(this, config.hiddenSize(), tokens);
  }

  @Override
  public final ActivationCount activations(long rows, long tokens, long decoderTokens) {
    return config.activations(rows, tokens);
  }
}
