package org.attune.models.roberta;

import org.attune.checkpoint.ConfigJson;
import org.attune.models.Head;
import org.attune.models.ModelInput;
import org.attune.nn.Linear;
import org.attune.tensor.Tensor;

/** Scores of each token to be an answer's first and last. */
public final class RobertaForQuestionAnswering extends RobertaBase {
  private final RobertaModel roberta; // "roberta"
  private final Linear outputs; // "qa_outputs" [D] to [2]

  RobertaForQuestionAnswering(ConfigJson json, RobertaConfig config) {
    super(json, Head.QUESTION_ANSWERING, config);
    roberta = child("roberta", new RobertaModel(json, config, false));
    outputs = child("qa_outputs", Linear.of(config.bert().hiddenSize(), 2));
  }

  /** Logits [B, T, 2]: start, end. */
  @Override
  public Tensor forward(ModelInput input) {
    return outputs.forward(roberta.forward(input));
  }
}
