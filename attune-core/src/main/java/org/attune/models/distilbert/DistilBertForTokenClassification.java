package org.attune.models.distilbert;

import org.attune.checkpoint.ConfigJson;
import org.attune.models.Head;
import org.attune.models.ModelInput;
import org.attune.nn.Dropout;
import org.attune.nn.Linear;
import org.attune.tensor.Tensor;

/** W dropout(h): a row of logits a token. */
public final class DistilBertForTokenClassification extends DistilBertBase {
  private final DistilBertModel distilbert; // "distilbert"
  private final Dropout dropout;
  private final Linear classifier; // "classifier" [D] to [labels]

  DistilBertForTokenClassification(ConfigJson json, DistilBertConfig config) {
    super(json, Head.TOKEN_CLASSIFICATION, config);
    distilbert = child("distilbert", new DistilBertModel(json, config));
    dropout = child("dropout", new Dropout(config.dropout()));
    classifier = child("classifier", Linear.of(config.dim(), config.labels()));
  }

  /** Logits [B, T, labels]. */
  @Override
  public Tensor forward(ModelInput input) {
    return classifier.forward(dropout.forward(distilbert.forward(input)));
  }
}
