package org.attune.models.llama;

import org.attune.checkpoint.ConfigJson;
import org.attune.models.Head;
import org.attune.models.ModelInput;
import org.attune.nn.Dropout;
import org.attune.nn.Linear;
import org.attune.tensor.Tensor;

/** W dropout(h): a row of logits a token. */
public final class LlamaForTokenClassification extends LlamaBase {
  private final LlamaModel model; // "model"
  private final Dropout dropout;
  private final Linear score; // "score" [D] to [labels]

  LlamaForTokenClassification(ConfigJson json, LlamaConfig config) {
    super(json, Head.TOKEN_CLASSIFICATION, config);
    model = child("model", new LlamaModel(json, config));
    dropout = child("dropout", new Dropout(config.classifierDropout()));
    score = child("score", Linear.of(config.hiddenSize(), config.labels()));
  }

  /** Logits [B, T, labels]. */
  @Override
  public Tensor forward(ModelInput input) {
    return score.forward(dropout.forward(model.forward(input)));
  }
}
