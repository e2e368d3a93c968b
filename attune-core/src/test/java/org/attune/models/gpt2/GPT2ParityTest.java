package org.attune.models.gpt2;

import org.attune.models.DecoderParity;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every head of a tiny GPT-2 equals transformers': see {@link DecoderParity}. */
class GPT2ParityTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "model",
        "model_scaled_by_layer",
        "model_unscaled",
        "causal_lm",
        "causal_lm_untied",
        "sequence_classification",
        "token_classification",
        "question_answering"
      })
  void equalsTheReference(String head) {
    new DecoderParity("gpt2/" + head, (model, input) -> ((GPT2Model) model).hiddenStates(input))
        .check();
  }
}
