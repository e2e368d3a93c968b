package org.attune.models.roberta;

import org.attune.checkpoint.ConfigJson;
import org.attune.models.Head;
import org.attune.models.ModelInput;
import org.attune.tensor.Tensor;

/** One row of logits a sequence. */
public final class RobertaForSequenceClassification extends RobertaBase {
  private final RobertaModel roberta; // "roberta"
  private final RobertaClassificationHead classifier; // "classifier"

  RobertaForSequenceClassification(ConfigJson json, RobertaConfig config) {
    super(json, Head.SEQUENCE_CLASSIFICATION, config);
    roberta = child("roberta", new RobertaModel(json, config, false));
    classifier = child("classifier", new RobertaClassificationHead(config.bert()));
  }

  /** Logits [B, labels]. */
  @Override
  public Tensor forward(ModelInput input) {
    return classifier.forward(roberta.forward(input));
  }
}
