package org.attune.models;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;
import org.attune.AttuneException;

/** What stands on top of a body; the suffix is that of the class name in {@code architectures}. */
public enum Head {
  /** The bare body: its output is the last hidden state. */
  NONE("Model"),
  SEQUENCE_CLASSIFICATION("ForSequenceClassification"),
  TOKEN_CLASSIFICATION("ForTokenClassification"),
  QUESTION_ANSWERING("ForQuestionAnswering"),
  MASKED_LM("ForMaskedLM"),
  NEXT_SENTENCE("ForNextSentencePrediction"),
  PRETRAINING("ForPreTraining");

  private final String suffix;

  Head(String suffix) {
    this.suffix = suffix;
  }

  /** The architecture's name for a family, as {@code BertForMaskedLM} for {@code Bert}. */
  public String architecture(String familyClass) {
    return familyClass + suffix;
  }

  /**
   * The head an architecture's name ends in.
   *
   * @throws AttuneException when it is of no head Attune has
   */
  public static Head ofArchitecture(String architecture) {
    Optional<Head> head =
        Arrays.stream(values())
            .filter(h -> h != NONE && architecture.endsWith(h.suffix))
            .findFirst()
            .or(() -> architecture.endsWith(NONE.suffix) ? Optional.of(NONE) : Optional.empty());
    return head.orElseThrow(
        () ->
            new AttuneException(
                "models: architecture '"
                    + architecture
                    + "' has a head Attune does not know; known are "
                    + Arrays.stream(values()).map(h -> h.suffix).collect(Collectors.joining(", "))
                    + " [config.json]"));
  }
}
