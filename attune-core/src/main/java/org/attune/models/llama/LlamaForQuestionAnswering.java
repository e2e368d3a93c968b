package org.attune.models.llama;

import org.attune.checkpoint.ConfigJson;
import org.attune.models.Head;
import org.attune.models.ModelInput;
import org.attune.nn.Linear;
import org.attune.tensor.Tensor;

/** Scores of each token to be an answer's first and last. */
public final class LlamaForQuestionAnswering extends LlamaBase {
  private final LlamaModel body; // "transformer", or "model" of a Mistral
  private final Linear outputs; // "qa_outputs" [D] to [2]

  LlamaForQuestionAnswering(ConfigJson json, LlamaConfig config, String bodyName) {
    super(json, Head.QUESTION_ANSWERING, config);
    body = child(bodyName, new LlamaModel(json, config));
    outputs = child("qa_outputs", Linear.of(config.hiddenSize(), 2));
  }

  /** Logits [B, T, 2]: start, end. */
  @Override
  public Tensor forward(ModelInput input) {
    return outputs.forward(body.forward(input));
  }
}
