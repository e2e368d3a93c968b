package org.attune.models.bert;

import org.attune.checkpoint.ConfigJson;
import org.attune.models.Flops;
import org.attune.models.Head;
import org.attune.models.Model;
import org.attune.nn.ActivationCount;

/** What all BERT models share: their config. */
abstract class BertBase extends Model {
  private final BertConfig config;

  BertBase(ConfigJson json, Head head, BertConfig config) {
    super(json, head);
    this.config = config;
  }

  final BertConfig bertConfig() {
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
