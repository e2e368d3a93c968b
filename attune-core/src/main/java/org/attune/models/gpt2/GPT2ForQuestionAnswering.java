package org.attune.models.gpt2;

import org.attune.checkpoint.ConfigJson;
import org.attune.models.Head;
import org.attune.models.ModelInput;
import org.attune.nn.Linear;
import org.attune.tensor.Tensor;

/** Scores of each token to be an answer's first and last. */
public final class GPT2ForQuestionAnswering extends GPT2Base {
  private final GPT2Model transformer; // "transformer"
  private final Linear outputs; // "qa_outputs" [D] to [2]

  GPT2ForQuestionAnswering(ConfigJson json, GPT2Config config) {
    super(json, Head.QUESTION_ANSWERING, config);
    transformer = child("transformer", new GPT2Model(json, config));
    outputs = child("qa_outputs", Linear.of(config.hiddenSize(), 2));
  }

  /** Logits [B, T, 2]: start, end. */
  @Override
  public Tensor forward(ModelInput input) {
    return outputs.forward(transformer.forward(input));
  }
}
