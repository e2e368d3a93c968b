package org.attune.text.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.attune.text.trainer.TrainerFixtures.golden;
import static org.attune.text.trainer.TrainerFixtures.settings;
import static org.attune.text.trainer.TrainerFixtures.strings;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.attune.text.PreTokenizer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What Hugging Face's trainers learned from the same text
 * (reference/tokenizer_trainer_fixtures.py).
 */
class TrainerGoldenTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "gpt2",
        "roberta_prefix_space",
        "gpt2_lowercase_nfkc",
        "llama",
        "bert",
        "bert_cased",
        "t5"
      })
  void wordsAreThoseOfThePreTokenizer(String name) throws IOException {
    Layout layout = new Layout(settings(name));
    List<String> words = new ArrayList<>();
    try (PreTokenizer preTokenizer = PreTokenizer.of(layout.normalizer(), layout.preTokenizer())) {
      List<String> lines = List.of(Files.readString(TrainerFixtures.TEXT).split("(?<=\n)"));
      lines.subList(0, 40).forEach(line -> words.addAll(preTokenizer.words(line)));
    }
    assertThat(words).isEqualTo(strings(golden(name).get("words")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt2", "roberta_prefix_space", "gpt2_lowercase_nfkc", "llama"})
  void byteLevelBpeHasTheSameIdsAndMerges(String name) throws IOException {
    TokenizerTrainer.Trained trained = TrainerFixtures.train(settings(name), TrainerFixtures.TEXT);
    assertThat(trained.tokens()).isEqualTo(strings(golden(name).get("tokens")));
    assertThat(trained.merges()).isEqualTo(strings(golden(name).get("merges")));
  }

  /**
   * The reference numbers continuing characters in the order of a hash table; given that order, all
   * else is equal.
   */
  @ParameterizedTest
  @ValueSource(strings = {"bert", "bert_cased"})
  void wordPieceHasTheSameIdsOnceTheOrderOfChanceIsGiven(String name) throws IOException {
    JsonNode golden = golden(name);
    TrainerSettings settings = settings(name);
    List<WordCounts.Word> words = words(settings);
    int[] order = golden.get("continuing").asText().codePoints().toArray();
    Vocabulary learned =
        new MergeTrainer(settings, TrainingWatch.NONE, order)
            .train(words, settings.initialAlphabet());
    assertThat(learned.tokens()).isEqualTo(strings(golden.get("tokens")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"t5", "t5_short"})
  void unigramDiffersNoMoreThanTheReferenceFromItself(String name) throws IOException {
    JsonNode golden = golden(name);
    Vocabulary learned =
        new UnigramTrainer(settings(name), TrainingWatch.NONE).train(words(settings(name)));
    Set<String> ours = new HashSet<>(learned.tokens());
    Set<String> theirs = new HashSet<>(strings(golden.get("tokens")));
    int least = theirs.size();
    for (JsonNode run : golden.get("runs")) {
      least = Math.min(least, shared(theirs, new HashSet<>(strings(run))));
    }
    assertThat(shared(ours, theirs)).as("shared pieces").isGreaterThanOrEqualTo(least);
    assertThat(learned.tokens()).hasSameSizeAs(theirs);
    Map<String, Double> scores = new HashMap<>();
    for (int id = 0; id < learned.tokens().size(); id++) {
      scores.put(learned.tokens().get(id), learned.scores().get(id));
    }
    for (int id = 0; id < golden.get("tokens").size(); id++) {
      String piece = golden.get("tokens").get(id).asText();
      if (scores.containsKey(piece)) {
        assertThat(scores.get(piece))
            .as(piece)
            .isCloseTo(
                golden.get("scores").get(id).asDouble(), org.assertj.core.data.Offset.offset(1e-2));
      }
    }
  }

  private static int shared(Set<String> one, Set<String> other) {
    Set<String> both = new HashSet<>(one);
    both.retainAll(other);
    return both.size();
  }

  private static List<WordCounts.Word> words(TrainerSettings settings) throws IOException {
    Layout layout = new Layout(settings);
    try (PreTokenizer preTokenizer = PreTokenizer.of(layout.normalizer(), layout.preTokenizer());
        WordCounts counts = new WordCounts(preTokenizer, 1_000_000, TrainingWatch.NONE)) {
      List.of(Files.readString(TrainerFixtures.TEXT).split("(?<=\n)")).forEach(counts::add);
      return counts.sorted();
    }
  }
}
