package org.attune.models.gpt2;

import org.attune.checkpoint.ConfigJson;
import org.attune.models.Head;
import org.attune.models.ModelInput;
import org.attune.nn.Dropout;
import org.attune.nn.Linear;
import org.attune.tensor.Tensor;

/** W dropout(h): a row of logits a token. */
public final class GPT2ForTokenClassification extends GPT2Base {
  private final GPT2Model transformer; // "transformer"
  private final Dropout dropout;
  private final Linear classifier; // "classifier" [D] to [labels]

  GPT2ForTokenClassification(ConfigJson json, GPT2Config config) {
    super(json, Head.TOKEN_CLASSIFICATION, config);
    transformer = child("transformer", new GPT2Model(json, config));
    dropout = child("dropout", new Dropout(config.classifierDropout()));
    classifier = child("classifier", Linear.of(config.hiddenSize(), config.labels()));
  }

  /** Logits [B, T, labels]. */
  @Override
  public Tensor forward(ModelInput input) {
    return classifier.forward(dropout.forward(transformer.forward(input)));
  }
}
