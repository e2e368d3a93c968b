package org.attune.models.bert;

import org.attune.checkpoint.ConfigJson;
import org.attune.models.Head;
import org.attune.models.ModelInput;
import org.attune.nn.Linear;
import org.attune.tensor.Tensor;

/** Scores of each token to be an answer's first and last (Devlin et al. 2018, section 4.2). */
public final class BertForQuestionAnswering extends BertBase {
  private final BertModel bert; // "bert"
  private final Linear outputs; // "qa_outputs" [D] to [2]

  BertForQuestionAnswering(ConfigJson json, BertConfig config) {
    super(json, Head.QUESTION_ANSWERING, config);
    bert = child("bert", new BertModel(json, config, false));
    outputs = child("qa_outputs", Linear.of(config.hiddenSize(), 2));
  }

  /** Logits [B, T, 2]: start, end. */
  @Override
  public Tensor forward(ModelInput input) {
    return outputs.forward(bert.forward(input));
  }
}
