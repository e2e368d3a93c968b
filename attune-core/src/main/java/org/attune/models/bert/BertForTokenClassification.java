package org.attune.models.bert;

import org.attune.checkpoint.ConfigJson;
import org.attune.models.Head;
import org.attune.models.ModelInput;
import org.attune.nn.Dropout;
import org.attune.nn.Linear;
import org.attune.tensor.Tensor;

/** W dropout(h): a row of logits a token. */
public final class BertForTokenClassification extends BertBase {
  private final BertModel bert; // "bert"
  private final Dropout dropout;
  private final Linear classifier; // "classifier" [D] to [labels]

  BertForTokenClassification(ConfigJson json, BertConfig config) {
    super(json, Head.TOKEN_CLASSIFICATION, config);
    bert = child("bert", new BertModel(json, config, false));
    dropout = child("dropout", new Dropout(config.classifierDropout()));
    classifier = child("classifier", Linear.of(config.hiddenSize(), config.labels()));
  }

  /** Logits [B, T, labels]. */
  @Override
  public Tensor forward(ModelInput input) {
    return classifier.forward(dropout.forward(bert.forward(input)));
  }
}
