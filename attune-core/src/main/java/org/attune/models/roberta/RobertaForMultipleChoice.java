package org.attune.models.roberta;

import org.attune.checkpoint.ConfigJson;
import org.attune.models.Choices;
import org.attune.models.Head;
import org.attune.models.ModelInput;
import org.attune.nn.Dropout;
import org.attune.nn.Linear;
import org.attune.tensor.Tensor;

/**
 * W dropout(pool(h)) of each choice. Of RoBERTa's heads the only one over the pooler; its dropout
 * is the body's, whatever {@code classifier_dropout} says.
 */
public final class RobertaForMultipleChoice extends RobertaBase {
  private final RobertaModel roberta; // "roberta"
  private final Dropout dropout;
  private final Linear classifier; // "classifier" [D] to [1]

  RobertaForMultipleChoice(ConfigJson json, RobertaConfig config) {
    super(json, Head.MULTIPLE_CHOICE, config);
    roberta = child("roberta", new RobertaModel(json, config, true));
    dropout = child("dropout", new Dropout(config.bert().hiddenDropout()));
    classifier = child("classifier", Linear.of(config.bert().hiddenSize(), 1));
  }

  /** Input [B, C, T] to logits [B, C]. */
  @Override
  public Tensor forward(ModelInput input) {
    Tensor pooled = roberta.pooledFirst(Choices.rows(input, RobertaConfig.FAMILY)); // [B C, D]
    return Choices.scores(classifier.forward(dropout.forward(pooled)), input);
  }
}
