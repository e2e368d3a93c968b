package org.attune.models.distilbert;

import org.attune.checkpoint.ConfigJson;
import org.attune.models.Head;
import org.attune.models.ModelInput;
import org.attune.nn.Dropout;
import org.attune.nn.Linear;
import org.attune.tensor.Tensor;

/** W dropout(h): scores of each token to be an answer's first and last. */
public final class DistilBertForQuestionAnswering extends DistilBertBase {
  private final DistilBertModel distilbert; // "distilbert"
  private final Dropout dropout;
  private final Linear outputs; // "qa_outputs" [D] to [2]

  DistilBertForQuestionAnswering(ConfigJson json, DistilBertConfig config) {
    super(json, Head.QUESTION_ANSWERING, config);
    distilbert = child("distilbert", new DistilBertModel(json, config));
    dropout = child("dropout", new Dropout(config.answerDropout()));
    outputs = child("qa_outputs", Linear.of(config.dim(), 2));
  }

  /** Logits [B, T, 2]: start, end. */
  @Override
  public Tensor forward(ModelInput input) {
    return outputs.forward(dropout.forward(distilbert.forward(input)));
  }
}
