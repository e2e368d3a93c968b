package org.attune.models.roberta;

import org.attune.checkpoint.ConfigJson;
import org.attune.models.Flops;
import org.attune.models.Head;
import org.attune.models.Model;
import org.attune.nn.ActivationCount;

/** What all RoBERTa models share: their config. */
abstract class RobertaBase extends Model {
  private final RobertaConfig config;

  RobertaBase(ConfigJson json, Head head, RobertaConfig config) {
    super(json, head);
    this.config = config;
  }

  final RobertaConfig robertaConfig() {
    return config;
  }

  @Override
  public final int maxLength() {
    return config.maxLength();
  }

  @Override
  public final int vocabularySize() {
    return config.bert().vocabSize();
  }

  @Override
  public final double initializerRange() {
    return config.bert().initializerRange();
  }

  @Override
  public final double flops(long tokens, long decoderTokens) {
    return config.bert().flops(tokens) + Flops.head(this, config.bert().hiddenSize(), tokens);
  }

  @Override
  public final ActivationCount activations(long rows, long tokens, long decoderTokens) {
    return config.bert().activations(rows, tokens);
  }
}
