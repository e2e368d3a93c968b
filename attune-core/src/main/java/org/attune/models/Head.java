package org.attune.models;

/** What stands on top of a body; the suffix is that of the class name in {@code architectures}. */
public enum Head {
  /** The bare body: its output is the last hidden state. */
  NONE("Model"),
  /** The encoder alone of a body with a decoder: its output is the encoder's last hidden state. */
  ENCODER("EncoderModel"),
  SEQUENCE_CLASSIFICATION("ForSequenceClassification"),
  TOKEN_CLASSIFICATION("ForTokenClassification"),
  QUESTION_ANSWERING("ForQuestionAnswering"),
  /** A score for each of several texts; reads [B, C, T]. */
  MULTIPLE_CHOICE("ForMultipleChoice"),
  MASKED_LM("ForMaskedLM"),
  CAUSAL_LM("ForCausalLM"),
  /** A language model over a decoder that also sees an encoder's states. */
  CONDITIONAL_GENERATION("ForConditionalGeneration"),
  NEXT_SENTENCE("ForNextSentencePrediction"),
  PRETRAINING("ForPreTraining");

  private final String suffix;

  Head(String suffix) {
    this.suffix = suffix;
  }

  /** The end of the architecture's name, as {@code ForMaskedLM}. */
  public String suffix() {
    return suffix;
  }
}
