package org.attune.text.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;
import static org.attune.text.trainer.TrainerFixtures.strings;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.attune.text.PreTokenizer;
import org.attune.text.Tokenizer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A megabyte of Wikipedia, learned by us and by the reference, and our folders read by it. */
@Tag("live")
class TrainerLiveParityTest {
  private static final int SIZE = 4000;
  private static final int LINES = 1000;

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"gpt2", "llama"})
  void byteLevelBpeHasTheSameIdsAndMerges(String name) throws Exception {
    JsonNode reference = reference(name);
    Preset preset = name.equals("gpt2") ? Preset.GPT2 : Preset.LLAMA;
    TokenizerTrainer.Trained trained =
        TrainerFixtures.train(TrainerSettings.like(preset, SIZE).build(), text());
    assertThat(trained.tokens()).isEqualTo(strings(reference.get("tokens")));
    assertThat(trained.merges()).isEqualTo(strings(reference.get("merges")));
  }

  @Test
  void wordPieceHasTheSameIdsOnceTheOrderOfChanceIsGiven() throws Exception {
    JsonNode reference = reference("bert");
    TrainerSettings settings = TrainerSettings.like(Preset.BERT, SIZE).build();
    Layout layout = new Layout(settings);
    try (PreTokenizer preTokenizer = PreTokenizer.of(layout.normalizer(), layout.preTokenizer());
        WordCounts counts = new WordCounts(preTokenizer, 1_000_000, TrainingWatch.NONE)) {
      List.of(Files.readString(text()).split("(?<=\n)")).forEach(counts::add);
      int[] order = reference.get("continuing").asText().codePoints().toArray();
      Vocabulary learned =
          new MergeTrainer(settings, TrainingWatch.NONE, order).train(counts.sorted(), "");
      assertThat(learned.tokens()).isEqualTo(strings(reference.get("tokens")));
    }
  }

  @Test
  void unigramSharesItsPiecesAndCutsTextAsOften() throws Exception {
    JsonNode reference = reference("t5");
    TokenizerTrainer.Trained trained =
        TrainerFixtures.train(TrainerSettings.like(Preset.T5, SIZE).build(), text());
    Set<String> shared = new HashSet<>(trained.tokens());
    shared.retainAll(strings(reference.get("tokens")));
    assertThat(shared.size()).isGreaterThanOrEqualTo(SIZE * 999 / 1000); // rounding may break a tie
    double tokens = 0;
    List<String> lines = lines(2000);
    try (Tokenizer tokenizer = saved(trained)) {
      for (String line : lines) {
        tokens += tokenizer.encode(line).length() - 1; // its </s>
      }
    }
    assertThat(tokens / lines.size())
        .isCloseTo(reference.get("tokens_per_line").asDouble(), withPercentage(1));
    System.out.printf("unigram: %d of %d pieces shared%n", shared.size(), SIZE);
  }

  @ParameterizedTest
  @EnumSource(Preset.class)
  void transformersReadsTheFolder(Preset preset) throws Exception {
    TokenizerTrainer.Trained trained =
        TrainerFixtures.train(
            TrainerSettings.like(preset, 1000).extraSpecialTokens(List.of("<user>")).build(),
            text());
    try (Tokenizer tokenizer = saved(trained)) {
      Path out = folder.resolve("encoded.json");
      python("encode", folder.resolve("saved"), text(), LINES, out);
      JsonNode reference = new ObjectMapper().readTree(out.toFile());
      assertThat(reference.get("size").asInt()).isEqualTo(trained.tokens().size());
      List<String> lines = lines(LINES);
      for (int i = 0; i < lines.size(); i++) {
        int[] ids = tokenizer.encode(lines.get(i)).ids();
        assertThat(Arrays.stream(ids).boxed().toList())
            .as(lines.get(i))
            .isEqualTo(
                strings(reference.get("ids").get(i)).stream().map(Integer::valueOf).toList());
        assertThat(tokenizer.decode(ids, false))
            .isEqualTo(reference.get("decoded").get(i).asText());
      }
      JsonNode roles = reference.get("roles");
      assertThat(tokenizer.eosId().orElse(-1)).isEqualTo(roles.get("eos").asInt(-1));
      assertThat(tokenizer.maskId().orElse(-1)).isEqualTo(roles.get("mask").asInt(-1));
    }
  }

  // ---- the two sides

  private Tokenizer saved(TokenizerTrainer.Trained trained) throws IOException {
    trained.save(Files.createDirectories(folder.resolve("saved")));
    return Tokenizer.load(folder.resolve("saved"));
  }

  private JsonNode reference(String name) throws Exception {
    Path out = folder.resolve("reference.json");
    python("train", name, SIZE, text(), out);
    return new ObjectMapper().readTree(out.toFile());
  }

  private static Path text() {
    String shared = System.getenv("ATTUNE_SHARED");
    assumeTrue(shared != null, "ATTUNE_SHARED is not set: no real text to learn from");
    return Path.of(shared, "data", "wikitext2", "valid.txt");
  }

  private static List<String> lines(int count) throws IOException {
    try (Stream<String> lines = Stream.of(Files.readString(text()).split("\n", -1))) {
      return lines.filter(line -> !line.isBlank()).limit(count).toList();
    }
  }

  private static void python(Object... arguments) throws Exception {
    String python = System.getenv("ATTUNE_PYTHON");
    assumeTrue(python != null, "ATTUNE_PYTHON is not set: no reference stack to compare with");
    Path script = Path.of("..", "reference", "live", "tokenizer_trainer.py");
    List<String> command =
        Stream.concat(
                Stream.of(python, script.toString()), Stream.of(arguments).map(String::valueOf))
            .toList();
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String log = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(log).isZero();
  }
}
