package org.attune.models;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.attune.checkpoint.ConfigJson;
import org.attune.testkit.Golden;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Operations of a forward pass against a count by hand, and every family against its parameters.
 */
class FlopsTest {
  /**
   * Sizes are those of the golden configs; a layer's are 2 T (elements of its matrices) + 4 (H E) T
   * S. Of 10 tokens, and 6 that a decoder reads:
   *
   * <ul>
   *   <li>bert: D 24, F 40, 2 layers: 2 (20 (4 24^2 + 2 24 40) + 4 24 10^2); its head 20 (24 71)
   *   <li>distilbert: F 44: 2 (20 (4 24^2 + 2 24 44) + 9600)
   *   <li>gpt2: D 20, F 28, 2 blocks, V 47: 2 (20 (4 20^2 + 2 20 28) + 4 20 10^2) + 20 (20 47)
   *   <li>llama: D 24, F 28, 6 heads of 10 over 2 of keys, 2 layers: 2 (20 24 (2 60 + 2 20 + 3 28)
   *       + 4 60 10^2) + 20 (24 47)
   *   <li>t5: D 18, H E 21, F 26: one encoder layer 20 (4 18 21 + 2 18 26) + 4 21 10^2; two of the
   *       decoder 12 (4 18 21 + 2 18 26) + 4 21 6^2 + cross 12 (2 18 21) + 20 (2 18 21) + 4 21 60;
   *       the head 12 (18 47); gated: 3 18 26
   *   <li>bart: D 18: one encoder layer with F 26: 20 (4 18^2 + 2 18 26) + 4 18 10^2; two of the
   *       decoder with F 22: 12 (4 18^2 + 2 18 22) + 4 18 6^2 + cross 12 (2 18^2) + 20 (2 18^2) + 4
   *       18 60; the head 12 (18 43)
   *   <li>bart's decoder alone on 10: 2 (20 (4 18^2 + 2 18 22) + 4 18 10^2) + 20 (18 43)
   * </ul>
   */
  @ParameterizedTest
  @CsvSource({
    "bert/model, 188160",
    "bert/masked_lm, 222240",
    "roberta/model, 188160",
    "distilbert/model, 195840",
    "gpt2/causal_lm, 143600",
    "llama/causal_lm, 304800",
    "t5/conditional_generation, 190776",
    "t5/conditional_generation_gated, 211368",
    "t5/encoder, 114720",
    "bart/conditional_generation, 166536",
    "bart/causal_lm, 113400",
  })
  void equalsACountByHand(String golden, double expected) {
    try (Model model = create(golden)) {
      assertThat(model.flops(10, 6)).isEqualTo(expected);
    }
  }

  private static Model create(String golden) {
    return Pretrained.create(ConfigJson.read(Golden.folder(golden).resolve("config.json")));
  }

  static List<String> folders() {
    return FamilyParityTest.folders();
  }

  /**
   * At one token each element of a layer's matrices counts twice, and scores cost next to nothing.
   */
  @ParameterizedTest
  @MethodSource("folders")
  void countsTheMatricesOfTheLayers(String golden) {
    try (Model model = create(golden)) {
      long elements =
          model.namedParameters().entrySet().stream()
              .filter(entry -> entry.getKey().matches("(.*\\.)?(layers?|h|block)\\.\\d+\\..*"))
              .filter(entry -> entry.getValue().shape().rank() == 2)
              .filter(entry -> !entry.getKey().contains("relative_attention_bias"))
              .filter(entry -> entry.getValue().trainable()) // not a lone decoder's cross-attention
              .mapToLong(entry -> entry.getValue().shape().numel())
              .sum();
      // Products grow with the tokens, scores with their square: f(2) - 2 f(1) = 2 scores(1).
      double scores = (model.flops(2, 2) - 2 * model.flops(1, 1)) / 2;
      assertThat(scores).as(golden).isPositive();
      assertThat(model.flops(1, 1) - scores - Flops.head(model, width(model), 1))
          .as(golden)
          .isEqualTo(2.0 * elements);
    }
  }

  private static double width(Model model) {
    return model.namedParameters().entrySet().stream()
        .filter(
            e -> e.getKey().matches("(.*\\.)?(word_embeddings|embed_tokens|wte|shared)\\.weight"))
        .findFirst()
        .orElseThrow()
        .getValue()
        .shape()
        .toArray()[1];
  }
}
