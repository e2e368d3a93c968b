package org.attune.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.attune.AttuneException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Vocabularies of GGUF files that are damaged or made to harm are refused in one line. */
class GgufVocabularyTest {
  private static final List<String> TOKENS =
      List.of("<unk>", "<s>", "</s>", "\u2581", "a", "b", "ab", "\u2581ab");
  private static final List<Double> SCORES = List.of(0.0, 0.0, 0.0, -5.0, -6.0, -7.0, -1.0, -2.0);
  private static final List<Long> TYPES = List.of(2L, 3L, 3L, 1L, 1L, 1L, 1L, 1L);
  private static final Map<String, Long> ROLES =
      Map.of("unk_token", 0L, "bos_token", 1L, "eos_token", 2L);

  private static GgufVocabulary of(
      String model,
      String pre,
      List<String> tokens,
      List<Double> scores,
      List<Long> types,
      List<String> merges,
      Map<String, Long> roles) {
    return new GgufVocabulary(
        "m.gguf",
        model,
        pre,
        tokens,
        scores,
        types,
        merges,
        roles,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Map.of());
  }

  private static void refused(GgufVocabulary vocabulary, String why) {
    assertThatThrownBy(() -> Tokenizer.of(vocabulary).close())
        .isInstanceOf(AttuneException.class)
        .hasMessageContaining("text: ")
        .hasMessageContaining(why)
        .message()
        .doesNotContain("\n")
        .hasSizeLessThan(300);
  }

  @Test
  void aSmallVocabulary() {
    try (Tokenizer tokenizer =
        Tokenizer.of(of("llama", "", TOKENS, SCORES, TYPES, List.of(), ROLES))) {
      assertThat(tokenizer.encode("ab").ids()).containsExactly(1, 7);
      assertThat(tokenizer.encode("ba").ids()).containsExactly(1, 3, 5, 4);
      assertThat(tokenizer.encode("a?").ids()).containsExactly(1, 3, 4, 0);
      assertThat(tokenizer.specialIds()).containsExactlyInAnyOrder(0, 1, 2);
    }
  }

  @Test
  void countsThatDisagree() {
    refused(
        of("llama", "", TOKENS, SCORES.subList(0, 5), TYPES, List.of(), ROLES),
        "m.gguf has 5 scores for 8 tokens");
    refused(
        of("llama", "", TOKENS, SCORES, TYPES.subList(0, 1), List.of(), ROLES),
        "has 1 token types for 8 tokens");
    refused(of("llama", "", TOKENS, List.of(), TYPES, List.of(), ROLES), "has no scores");
  }

  @Test
  void numbersThatAreNone() {
    List<Double> scores = new ArrayList<>(SCORES);
    scores.set(4, Double.NaN);
    refused(of("llama", "", TOKENS, scores, TYPES, List.of(), ROLES), "has a score of NaN");
    List<Long> types = new ArrayList<>(TYPES);
    types.set(4, 99L);
    refused(of("llama", "", TOKENS, SCORES, types, List.of(), ROLES), "a token of type 99");
    refused(
        of("llama", "", TOKENS, SCORES, TYPES, List.of(), Map.of("eos_token", 8L)),
        "has 8 as its eos_token, with 8 tokens");
  }

  @Test
  void tokensThatClashOrAreGiant() {
    List<String> tokens = new ArrayList<>(TOKENS);
    tokens.set(5, "a");
    refused(of("llama", "", tokens, SCORES, TYPES, List.of(), ROLES), "the token 'a' twice");
    tokens.set(5, "x".repeat(100_000));
    refused(
        of("llama", "", tokens, SCORES, TYPES, List.of(), ROLES),
        "a token of 100000 characters at 5");
  }

  /** Each piece is cut at every place: many long ones would take hours. */
  @Test
  @Timeout(60)
  void manyLongTokens() {
    List<String> tokens = IntStream.range(0, 20_000).mapToObj(i -> i + "x".repeat(4000)).toList();
    refused(
        of("llama", "", tokens, Collections.nCopies(20_000, 0.0), List.of(), List.of(), Map.of()),
        "the vocabulary's pieces are too long to be merged");
  }

  @Test
  void mergesOfWhatIsNoToken() {
    List<String> tokens = List.of("a", "b", "ab");
    for (String merge : List.of("a c", "b a", "ab", " ", "", "a b c")) {
      refused(
          of("gpt2", "gpt-2", tokens, List.of(), List.of(), List.of("a b", merge), Map.of()),
          "has the merge '" + merge + "' at 1, not of its tokens");
    }
  }

  @Test
  void kindsThatAreNotKnown() {
    refused(
        of("gpt2", "tekken", TOKENS, List.of(), TYPES, List.of(), ROLES),
        "has tokenizer.ggml.pre 'tekken'; known are gpt-2, smollm,");
    refused(
        of("rwkv", "", TOKENS, List.of(), TYPES, List.of(), ROLES),
        "has tokenizer.ggml.model 'rwkv'; known are llama, gpt2");
  }
}
