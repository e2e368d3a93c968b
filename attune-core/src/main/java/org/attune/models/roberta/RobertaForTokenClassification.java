package org.attune.models.roberta;

import org.attune.checkpoint.ConfigJson;
import org.attune.models.Head;
import org.attune.models.ModelInput;
import org.attune.nn.Dropout;
import org.attune.nn.Linear;
import org.attune.tensor.Tensor;

/** W dropout(h): a row of logits a token. */
public final class RobertaForTokenClassification extends RobertaBase {
  private final RobertaModel roberta; // "roberta"
  private final Dropout dropout;
  private final Linear classifier; // "classifier" [D] to [labels]

  RobertaForTokenClassification(ConfigJson json, RobertaConfig config) {
    super(json, Head.TOKEN_CLASSIFICATION, config);
    roberta = child("roberta", new RobertaModel(json, config, false));
    dropout = child("dropout", new Dropout(config.bert().classifierDropout()));
    classifier = child("classifier", Linear.of(config.bert().hiddenSize(), config.bert().labels()));
  }

  /** Logits [B, T, labels]. */
  @Override
  public Tensor forward(ModelInput input) {
    return classifier.forward(dropout.forward(roberta.forward(input)));
  }
}
