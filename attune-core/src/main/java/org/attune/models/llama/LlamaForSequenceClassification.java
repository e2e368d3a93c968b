package org.attune.models.llama;

import org.attune.checkpoint.ConfigJson;
import org.attune.models.Head;
import org.attune.models.LastToken;
import org.attune.models.ModelInput;
import org.attune.nn.Linear;
import org.attune.tensor.Tensor;

/** W h of the last token: one row of logits a sequence. */
public final class LlamaForSequenceClassification extends LlamaBase {
  private final LlamaModel model; // "model"
  private final Linear score; // "score" [D] to [labels], no bias

  LlamaForSequenceClassification(ConfigJson json, LlamaConfig config) {
    super(json, Head.SEQUENCE_CLASSIFICATION, config);
    model = child("model", new LlamaModel(json, config));
    score = child("score", Linear.withoutBias(config.hiddenSize(), config.labels()));
  }

  /** Logits [B, labels]. */
  @Override
  public Tensor forward(ModelInput input) {
    Tensor hidden = model.forward(input);
    return score.forward(LastToken.of(hidden, input, llamaConfig().padTokenId()));
  }
}
