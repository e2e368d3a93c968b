package org.attune.models.t5;

import org.attune.checkpoint.ConfigJson;
import org.attune.models.Head;
import org.attune.models.ModelInput;
import org.attune.nn.Linear;
import org.attune.tensor.Tensor;

/** Scores of each token to be an answer's first and last, from the decoder's states. */
public final class T5ForQuestionAnswering extends T5Stacks {
  private final Linear outputs; // "qa_outputs" [D] to [2]

  T5ForQuestionAnswering(ConfigJson json, T5Config config) {
    super(json, Head.QUESTION_ANSWERING, config);
    outputs = child("qa_outputs", Linear.of(config.width(), 2));
    outputs.weight().deviation(Math.pow(config.width(), -0.5));
  }

  /** Logits [B, U, 2]: start, end. The decoder reads the input shifted right if not told else. */
  @Override
  public Tensor forward(ModelInput input) {
    return outputs.forward(states(withDecoderIds(input)));
  }
}
