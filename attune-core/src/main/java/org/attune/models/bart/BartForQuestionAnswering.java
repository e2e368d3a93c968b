package org.attune.models.bart;

import org.attune.checkpoint.ConfigJson;
import org.attune.models.EncoderDecoder;
import org.attune.models.Head;
import org.attune.models.ModelInput;
import org.attune.nn.Linear;
import org.attune.tensor.Tensor;

/** Scores of each token to be an answer's first and last, from the decoder's states. */
public final class BartForQuestionAnswering extends BartBase implements EncoderDecoder {
  private final BartModel model; // "model"
  private final Linear outputs; // "qa_outputs" [D] to [2]

  BartForQuestionAnswering(ConfigJson json, BartConfig config) {
    super(json, Head.QUESTION_ANSWERING, config);
    model = child("model", new BartModel(json, config));
    outputs = child("qa_outputs", Linear.of(config.width(), 2));
  }

  /** Logits [B, U, 2]: start, end. The decoder reads the input shifted right if not told else. */
  @Override
  public Tensor forward(ModelInput input) {
    return outputs.forward(model.forward(input));
  }
}
