package org.attune.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.attune.cli.Outcome.attune;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.attune.text.Tokenizer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code attune tokenizer train} as a user meets it. */
class TokenizerCliTest {
  private static final String TEXT =
      "low lower lowest, new newer newest; wide wider widest\n\nthe low lower the new newer way\n";

  @TempDir private Path folder;
  private Path text;
  private Path out;

  @BeforeEach
  void writeText() throws IOException {
    text = Files.writeString(folder.resolve("text.txt"), TEXT);
    out = folder.resolve("tokenizer");
  }

  private Outcome train(String... more) {
    List<String> words = new ArrayList<>(List.of("tokenizer", "train"));
    words.addAll(List.of(more));
    if (!words.contains("--input")) {
      words.addAll(List.of("--input", text.toString()));
    }
    words.addAll(List.of("--output", out.toString()));
    return attune(words.toArray(String[]::new));
  }

  private void fails(int code, String message, String... arguments) {
    Outcome outcome = train(arguments);
    assertThat(outcome.err().lines().filter(line -> !line.startsWith("read ")))
        .containsExactly("attune: " + message);
    assertThat(outcome.code()).isEqualTo(code);
    assertThat(outcome.out()).isEmpty();
    assertThat(out.resolve("tokenizer.json")).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource({
    "gpt2, 280, vocab.json merges.txt",
    "roberta, 280, vocab.json merges.txt",
    "llama, 280, vocab.json merges.txt",
    "bert, 60, vocab.txt",
    "t5, 40, ''"
  })
  void writesAFolderThatLoads(String like, int size, String vocabulary) throws IOException {
    Outcome outcome = train("--like", like, "--vocab-size", String.valueOf(size), "--json");
    assertThat(outcome.code()).as(outcome.err()).isZero();
    JsonNode result = new ObjectMapper().readTree(outcome.out());
    int sentinels = like.equals("t5") ? 100 : 0;
    int learned = result.get("vocab_size").asInt();
    assertThat(learned).isBetween(sentinels + 20, sentinels + size);
    List<String> expected =
        new ArrayList<>(
            List.of("special_tokens_map.json", "tokenizer.json", "tokenizer_config.json"));
    Stream.of(vocabulary.split(" ")).filter(name -> !name.isEmpty()).forEach(expected::add);
    try (Stream<Path> files = Files.list(out)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrderElementsOf(expected);
    }
    try (Tokenizer tokenizer = Tokenizer.load(out)) {
      assertThat(tokenizer.vocabularySize()).isEqualTo(learned);
      assertThat(tokenizer.decode(tokenizer.encode("the lowest way").ids(), true).strip())
          .isEqualTo("the lowest way");
    }
  }

  @Test
  void tablesAndGlobsAreRead() throws IOException {
    Files.writeString(folder.resolve("a.jsonl"), "{\"body\": \"low lower\"}\n{\"body\": null}\n");
    Files.writeString(folder.resolve("b.jsonl"), "{\"body\": \"lower lowest\"}\n");
    Outcome outcome =
        train(
            "--type",
            "bpe",
            "--vocab-size",
            "260",
            "--text",
            "body",
            "--json",
            "--input",
            folder + "/*.jsonl");
    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(new ObjectMapper().readTree(outcome.out()).get("words").asInt()).isEqualTo(4);
  }

  @Test
  void mistakesOfUseAreOneLine() throws IOException {
    fails(2, "name the kind of tokenizer: --type bpe, or --like gpt2", "--vocab-size", "300");
    fails(
        2,
        "--type bpe does not go with --like bert, which is wordpiece; leave one out",
        "--type",
        "bpe",
        "--like",
        "bert",
        "--vocab-size",
        "300");
    fails(
        2,
        "--shrinking-factor is an option of unigram, but this tokenizer is bpe; leave it out",
        "--type",
        "bpe",
        "--shrinking-factor",
        "0.5",
        "--vocab-size",
        "300");
    fails(2, "text: vocab_size is 0, expected at least 1", "--type", "bpe", "--vocab-size", "0");
    Files.createDirectories(out);
    Files.writeString(out.resolve("mine"), "x");
    fails(
        2,
        "output: " + out + " is there already; choose another output or remove it",
        "--type",
        "bpe",
        "--vocab-size",
        "300");
  }

  @Test
  void textThatCannotBeLearnedFromIsRefusedAndNothingIsWritten() throws IOException {
    fails(
        1,
        "text: vocab_size is 200, but special tokens and the characters of the text alone are 257",
        "--type",
        "bpe",
        "--vocab-size",
        "200");
    fails(
        1,
        "text: vocab_size is 9, but special tokens and the characters of the text alone are 19",
        "--type",
        "unigram",
        "--vocab-size",
        "9");
    Files.writeString(text, "\n \n");
    fails(
        1,
        "text: there is no word in the text to learn from",
        "--type",
        "wordpiece",
        "--vocab-size",
        "100");
    Files.writeString(text, "");
    fails(1, "data: " + text + " is empty", "--type", "wordpiece", "--vocab-size", "100");
    assertThat(out).doesNotExist();
  }

  @Test
  void aVocabularyThatStaysSmallerIsReported() {
    Outcome outcome = train("--like", "bert", "--vocab-size", "9000");
    assertThat(outcome.code()).isZero();
    assertThat(outcome.err()).contains("fewer than asked for");
  }
}
