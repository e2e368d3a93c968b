package org.attune.models.gpt2;

import org.attune.checkpoint.ConfigJson;
import org.attune.models.Flops;
import org.attune.models.Head;
import org.attune.models.Model;
import org.attune.nn.ActivationCount;

/** What all GPT-2 models share: their config. */
abstract class GPT2Base extends Model {
  private final GPT2Config config;

  GPT2Base(ConfigJson json, Head head, GPT2Config config) {
    super(json, head);
    this.config = config;
  }

  final GPT2Config gpt2Config() {
    return config;
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
    return config.flops(tokens) + Flops.head(this, config.hiddenSize(), tokens);
  }

  @Override
  public final ActivationCount activations(long rows, long tokens, long decoderTokens) {
    return config.activations(rows, tokens);
  }
}
