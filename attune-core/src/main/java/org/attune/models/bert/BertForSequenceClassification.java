package org.attune.models.bert;

import org.attune.checkpoint.ConfigJson;
import org.attune.models.Head;
import org.attune.models.ModelInput;
import org.attune.nn.Dropout;
import org.attune.nn.Linear;
import org.attune.tensor.Tensor;

/** W dropout(pool(h)): one row of logits a sequence. */
public final class BertForSequenceClassification extends BertBase {
  private final BertModel bert; // "bert"
  private final Dropout dropout;
  private final Linear classifier; // "classifier" [D] to [labels]

  BertForSequenceClassification(ConfigJson json, BertConfig config) {
    super(json, Head.SEQUENCE_CLASSIFICATION, config);
    bert = child("bert", new BertModel(json, config, true));
    dropout = child("dropout", new Dropout(config.classifierDropout()));
    classifier = child("classifier", Linear.of(config.hiddenSize(), config.labels()));
  }

  /** Logits [B, labels]. */
  @Override
  public Tensor forward(ModelInput input) {
    Tensor pooled = bert.pooledFirst(input); // [B, D]
    return classifier.forward(dropout.forward(pooled));
  }
}
