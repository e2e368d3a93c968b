package org.attune.models;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.attune.testkit.TensorAssert.assertThatTensor;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.attune.AttuneException;
import org.attune.checkpoint.Checkpoint;
import org.attune.checkpoint.ConfigJson;
import org.attune.generate.Scorer;
import org.attune.tensor.Autograd;
import org.attune.tensor.Rng;
import org.attune.tensor.Scope;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;
import org.attune.testkit.Golden;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What encoders refuse, each in one line, before anything native runs; and what they do not mind.
 */
class EncoderInputTest {
  private static Tensor ids(long... ids) {
    return Tensors.ofLongs(ids, 1, ids.length);
  }

  private static Model load(String name) {
    try (Checkpoint checkpoint = Checkpoint.open(Golden.folder(name).toString())) {
      return Pretrained.load(checkpoint).model();
    }
  }

  private static void refused(String name, ModelInput input, String message) {
    try (Model model = load(name)) {
      assertThatThrownBy(() -> model.forward(input))
          .isInstanceOf(AttuneException.class)
          .hasMessage(message);
    }
  }

  private static ConfigJson config(String name) {
    return ConfigJson.read(Golden.folder(name).resolve("config.json"));
  }

  private static void refusedConfig(ConfigJson config, String message) {
    assertThatThrownBy(() -> Pretrained.create(config))
        .isInstanceOf(AttuneException.class)
        .hasMessage(message);
  }

  // ---- ids

  @ParameterizedTest
  @CsvSource({
    "bert, 71, 70",
    "bert, -1, 70",
    "roberta, 67, 66",
    "distilbert, 73, 72",
    "distilbert, 9999999, 72"
  })
  void idsOutsideTheVocabulary(String family, long id, int last) {
    try (Scope scope = Scope.open()) {
      refused(
          family + "/model",
          ModelInput.of(ids(5, id, 5)),
          String.format(
              "%s: the input has token id %d, expected 0 to %d; does the tokenizer belong to this"
                  + " model?",
              family, id, last));
    }
  }

  @ParameterizedTest
  @CsvSource({"bert, 36", "roberta, 31", "distilbert, 35"})
  void moreTokensThanPositions(String family, int most) {
    long[] row = new long[most + 1];
    Arrays.fill(row, 5);
    try (Scope scope = Scope.open();
        Model model = load(family + "/model")) {
      Tensor fits =
          Autograd.noGrad(() -> model.forward(ModelInput.of(ids(row).narrow(1, 0, most))));
      assertThatTensor(fits).isCloseTo(fits, 0);
      refused(
          family + "/model",
          ModelInput.of(ids(row)),
          String.format(
              "%s: the input has %d tokens, the model has positions for %d; set max_length to at"
                  + " most that",
              family, most + 1, most));
    }
  }

  @Test
  void tokenTypesTheModelLacks() {
    try (Scope scope = Scope.open()) {
      refused(
          "bert/model",
          ModelInput.of(ids(5, 6)).withTypeIds(Optional.of(ids(0, 2))),
          "bert: the input has token type 2, expected 0 to 1; does the tokenizer belong to this"
              + " model?");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert", "roberta", "distilbert"})
  void positionsTheModelLacks(String family) {
    try (Scope scope = Scope.open();
        Model model = load(family + "/model")) {
      assertThatThrownBy(() -> model.forward(ModelInput.of(ids(5, 6)).withPositions(ids(0, 99))))
          .isInstanceOf(AttuneException.class)
          .hasMessageStartingWith(family + ": the input has position 99, expected 0 to ");
    }
  }

  @Test
  void noTokens() {
    try (Scope scope = Scope.open()) {
      refused(
          "distilbert/model",
          ModelInput.of(ids(5).narrow(1, 0, 0)),
          "distilbert: the input has no tokens, expected at least one; is the text empty?");
    }
  }

  /** A tokenizer may tell segments apart where the model does not. */
  @ParameterizedTest
  @ValueSource(strings = {"roberta/model", "distilbert/model"})
  void familiesWithoutTokenTypesDoNotLookAtThem(String name) {
    try (Scope scope = Scope.open();
        Model model = load(name)) {
      ModelInput input = ModelInput.of(ids(5, 6, 7));
      Tensor without = Autograd.noGrad(() -> model.forward(input));
      Tensor with =
          Autograd.noGrad(() -> model.forward(input.withTypeIds(Optional.of(ids(0, 1, 1)))));
      assertThatTensor(with).hasSameElementsAs(without);
    }
  }

  // ---- configs

  @Test
  void anUnknownModelTypeListsThoseKnown() {
    assertThatThrownBy(() -> Families.of(config("bert/model").with("model_type", "electra")))
        .isInstanceOf(AttuneException.class)
        .hasMessageStartingWith(
            "models: unknown model_type 'electra'; known are bert, roberta, distilbert")
        .hasMessageEndingWith("[config.json]");
  }

  @Test
  void sizesThatCannotBe() {
    refusedConfig(
        config("roberta/model").with("num_attention_heads", 5),
        "roberta: hidden_size (24) must be divisible by num_attention_heads (5) [config.json]");
    refusedConfig(
        config("roberta/model").with("max_position_embeddings", 2),
        "roberta: max_position_embeddings (2) must be above pad_token_id + 1 (2), where the"
            + " positions start [config.json]");
    refusedConfig(
        config("distilbert/model").with("n_heads", 5),
        "distilbert: dim (24) must be divisible by n_heads (5) [config.json]");
    refusedConfig(
        config("distilbert/model").with("pad_token_id", 73),
        "distilbert: pad_token_id (73) must be below vocab_size (73) [config.json]");
  }

  @Test
  void decodersThatAreNotSupported() {
    for (String family : List.of("bert", "roberta")) {
      refusedConfig(
          config(family + "/causal_lm").with("add_cross_attention", true),
          family
              + ": add_cross_attention is true; a decoder over an encoder's states is not supported"
              + " [config.json]");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert", "roberta"})
  void writingAndScoringWithAModelThatLooksAhead(String family) {
    ConfigJson config = config(family + "/causal_lm").with("is_decoder", false);
    try (Scope scope = Scope.open();
        Model model = Pretrained.fresh(config, Head.CAUSAL_LM, 3)) {
      assertThatThrownBy(() -> ((GenerativeModel) model).decode(ModelInput.of(ids(5, 6)), 9))
          .isInstanceOf(AttuneException.class)
          .hasMessage(
              family
                  + ": is_decoder is false, so that each token sees those behind it and no text can"
                  + " be continued; set is_decoder to true where the model was trained so"
                  + " [config.json]");
      assertThatThrownBy(() -> Scorer.of(model))
          .isInstanceOf(AttuneException.class)
          .hasMessage(
              "score: is_decoder is false in config.json, so that each token sees those behind it;"
                  + " set it to true where the model was trained so");
    }
  }

  // ---- choices

  @ParameterizedTest
  @ValueSource(strings = {"bert", "roberta", "distilbert"})
  void choicesThatAreNotThere(String family) {
    try (Scope scope = Scope.open();
        Model model = load(family + "/multiple_choice")) {
      assertThatThrownBy(() -> model.forward(ModelInput.of(ids(5, 6))))
          .isInstanceOf(AttuneException.class)
          .hasMessage(
              family
                  + ": a multiple choice model reads ids of rows, choices and tokens, got [1, 2];"
                  + " put the choices of a row in a list of their own");
      Tensor choices = ids(5, 6, 7, 8).reshape(1, 2, 2);
      assertThatThrownBy(() -> model.forward(ModelInput.of(choices, ids(1, 1, 1, 1))))
          .isInstanceOf(AttuneException.class)
          .hasMessage(
              family
                  + ": the choices' ids are [1, 2, 2], what goes with them is [1, 4]; expected the"
                  + " same");
    }
  }

  // ---- new weights

  /** The table that transformers filled and saved is the one Attune makes. */
  @Test
  void sinusoidalPositionsNeedNoCheckpoint() {
    String key = "embeddings.position_embeddings.weight";
    try (Model saved = load("distilbert/model_sinusoidal");
        Model made = Pretrained.create(config("distilbert/model_sinusoidal"))) {
      made.initialize(new Rng(3), made.initializerRange());
      assertThatTensor(made.namedParameters().get(key).value())
          .isCloseTo(saved.namedParameters().get(key).value(), 1e-7);
    }
  }
}
