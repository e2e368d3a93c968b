package org.attune.text.trainer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.attune.data.TextLines;
import org.attune.data.TextSource;
import org.attune.text.trainer.TrainerSettings.Unigram;

/**
 * The text and the results of reference/tokenizer_trainer_fixtures.py, and settings of its cases.
 */
final class TrainerFixtures {
  static final Path TEXT = path("text.txt");

  private TrainerFixtures() {}

  static Path path(String name) {
    try {
      return Path.of(
          TrainerFixtures.class.getResource("/golden/tokenizer_trainer/" + name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  static JsonNode golden(String name) throws IOException {
    return new ObjectMapper().readTree(path(name + ".json").toFile());
  }

  static List<String> strings(JsonNode array) {
    List<String> strings = new ArrayList<>();
    array.forEach(value -> strings.add(value.asText()));
    return strings;
  }

  static TrainerSettings settings(String name) {
    return switch (name) {
      case "gpt2" -> TrainerSettings.like(Preset.GPT2, 600).build();
      case "roberta_prefix_space" ->
          TrainerSettings.like(Preset.ROBERTA, 500).minFrequency(4).prefixSpace(true).build();
      case "gpt2_lowercase_nfkc" ->
          TrainerSettings.like(Preset.GPT2, 5000)
              .minFrequency(0)
              .maxTokenLength(6)
              .lowercase(true)
              .unicodeNormalizer(TrainerSettings.Normal.NFKC)
              .build();
      case "llama" -> TrainerSettings.like(Preset.LLAMA, 700).build();
      case "bert" -> TrainerSettings.like(Preset.BERT, 500).build();
      case "bert_cased" ->
          TrainerSettings.like(Preset.BERT, 400)
              .lowercase(false)
              .stripAccents(true)
              .minFrequency(0)
              .limitAlphabet(54)
              .initialAlphabet("Ωq")
              .build();
      case "t5" -> TrainerSettings.like(Preset.T5, 300).build();
      case "t5_short" ->
          TrainerSettings.like(Preset.T5, 400)
              .initialAlphabet("Ω")
              .unigram(new Unigram(0.6, 6, 3, 1_000_000))
              .build();
      default -> throw new IllegalArgumentException(name);
    };
  }

  static TokenizerTrainer.Trained train(TrainerSettings settings, Path text) {
    try (TokenizerTrainer trainer = TokenizerTrainer.of(settings, TrainingWatch.NONE)) {
      TextLines.read(TextSource.of(text.toString(), TextSource.Documents.LINE), trainer::add);
      return trainer.train();
    }
  }
}
