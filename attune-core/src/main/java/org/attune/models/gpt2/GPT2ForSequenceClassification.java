package org.attune.models.gpt2;

import org.attune.checkpoint.ConfigJson;
import org.attune.models.Head;
import org.attune.models.LastToken;
import org.attune.models.ModelInput;
import org.attune.nn.Linear;
import org.attune.tensor.Tensor;

/** W h of the last token: one row of logits a sequence. */
public final class GPT2ForSequenceClassification extends GPT2Base {
  private final GPT2Model transformer; // "transformer"
  private final Linear score; // "score" [D] to [labels], no bias

  GPT2ForSequenceClassification(ConfigJson json, GPT2Config config) {
    super(json, Head.SEQUENCE_CLASSIFICATION, config);
    transformer = child("transformer", new GPT2Model(json, config));
    score = child("score", Linear.withoutBias(config.hiddenSize(), config.labels()));
  }

  /** Logits [B, labels]. */
  @Override
  public Tensor forward(ModelInput input) {
    Tensor hidden = transformer.forward(input);
    return score.forward(LastToken.of(hidden, input, gpt2Config().padTokenId()));
  }
}
