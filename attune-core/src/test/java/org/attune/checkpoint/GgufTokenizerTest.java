package org.attune.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.attune.AttuneException;
import org.attune.testkit.Golden;
import org.attune.text.ChatTemplate.Chat;
import org.attune.text.GgufVocabulary;
import org.attune.text.Tokenizer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The tokenizer in a GGUF file gives the ids of SentencePiece and of the tokenizers library; made
 * by reference/gguf_vocabulary_fixtures.py.
 */
class GgufTokenizerTest {
  private static final long SEED = 20_261_124;
  private static final int MUTATIONS = 600;

  private static JsonNode golden;
  private static List<String> lines;

  @TempDir Path folder;

  @BeforeAll
  static void read() throws IOException {
    golden = new ObjectMapper().readTree(file("vocabulary.json").toFile());
    lines = new ArrayList<>();
    golden.get("lines").forEach(line -> lines.add(line.asText()));
    assertThat(lines).hasSizeGreaterThan(50);
  }

  private static Path file(String name) {
    return Golden.folder("gguf").resolve(name);
  }

  static GgufVocabulary vocabulary(Path file) {
    try (GgufFile open = GgufFile.open(file)) {
      return GgufTokens.of(open).orElseThrow();
    }
  }

  private static GgufVocabulary split(GgufVocabulary own, String pre) {
    return new GgufVocabulary(
        own.source(),
        own.model(),
        pre,
        own.tokens(),
        own.scores(),
        own.types(),
        own.merges(),
        own.roles(),
        java.util.Optional.of(false),
        own.addEos(),
        own.addSpacePrefix(),
        own.chatTemplates());
  }

  private static void compare(Tokenizer tokenizer, JsonNode expected) {
    for (int i = 0; i < lines.size(); i++) {
      assertThat(tokenizer.encode(lines.get(i)).ids())
          .as(lines.get(i))
          .isEqualTo(new ObjectMapper().convertValue(expected.get(i), int[].class));
    }
  }

  @Test
  void sentencePieceIds() {
    try (Checkpoint checkpoint = Checkpoint.open(file("vocabulary_llama.gguf").toString());
        Tokenizer tokenizer = checkpoint.tokenizer()) {
      compare(tokenizer, golden.get("llama"));
      assertThat(tokenizer.bosId()).hasValue(1);
      assertThat(tokenizer.eosId()).hasValue(2);
      assertThat(tokenizer.unkId()).hasValue(0);
      assertThat(tokenizer.vocabularySize()).isEqualTo(420);
      for (String line : lines) {
        assertThat(tokenizer.decode(tokenizer.encode(line).ids(), true)).isEqualTo(line);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt-2", "smollm", "llama-bpe", "qwen2"})
  void byteLevelIds(String pre) {
    GgufVocabulary own = vocabulary(file("vocabulary_gpt2.gguf"));
    assertThat(own.pre()).isEqualTo("gpt-2");
    try (Tokenizer tokenizer = Tokenizer.of(split(own, pre))) {
      compare(tokenizer, golden.get(pre));
      for (String line :
          pre.equals("qwen2") ? List.<String>of() : lines) { // it composes characters
        assertThat(tokenizer.decode(tokenizer.encode(line).ids(), true)).isEqualTo(line);
      }
    }
  }

  @Test
  void aChatByTheFilesTemplateIsTheSameAfterSaving() throws IOException {
    try (Checkpoint checkpoint = Checkpoint.open(file("vocabulary_llama.gguf").toString());
        Tokenizer tokenizer = checkpoint.tokenizer()) {
      String chat =
          tokenizer.chatTemplate().orElseThrow().render(Chat.of().user("hi"), true).text();
      assertThat(chat).isEqualTo("<s><turn>user: hi</s><turn>assistant: ");
      int[] ids = tokenizer.encodeBare(chat).ids();
      assertThat(ids).startsWith(1).contains(2);
      tokenizer.save(folder);
      try (Tokenizer saved = Tokenizer.load(folder)) {
        assertThat(saved.encodeBare(chat).ids()).isEqualTo(ids);
        assertThat(saved.chatTemplate().orElseThrow().render(Chat.of().user("hi"), true).text())
            .isEqualTo(chat);
        compare(saved, golden.get("llama"));
      }
    }
  }

  /** One of a kind that is not read: the folder's tokenizer serves, or the file says what it is. */
  @Test
  void aTokenizerBesideTheFileServesWhereItsOwnIsNotRead() throws IOException {
    byte[] bytes = Files.readAllBytes(file("vocabulary_gpt2.gguf"));
    Path other = folder.resolve("other.gguf");
    Files.write(other, replaced(bytes, "gpt-2", "gpt-9"));
    try (Checkpoint checkpoint = Checkpoint.open(other.toString())) {
      assertThatThrownBy(checkpoint::tokenizer)
          .isInstanceOf(AttuneException.class)
          .hasMessageContaining("other.gguf has tokenizer.ggml.pre 'gpt-9'; known are gpt-2,")
          .hasMessageContaining("put the model's tokenizer.json beside the file");
    }
    try (Tokenizer beside = Tokenizer.of(vocabulary(file("vocabulary_llama.gguf")))) {
      beside.save(folder);
    }
    try (Checkpoint checkpoint = Checkpoint.open(other.toString());
        Tokenizer tokenizer = checkpoint.tokenizer()) {
      assertThat(tokenizer.vocabularySize()).isEqualTo(420);
    }
  }

  private static byte[] replaced(byte[] bytes, String from, String to) {
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    assertThat(text).contains(from);
    return text.replace(from, to).getBytes(StandardCharsets.ISO_8859_1);
  }

  @Test
  void mutatedVocabulariesAreReadOrRefused() throws IOException {
    Random random = new Random(SEED);
    int read = 0;
    for (int i = 0; i < MUTATIONS; i++) {
      String name = i % 2 == 0 ? "vocabulary_llama.gguf" : "vocabulary_gpt2.gguf";
      byte[] bytes = Files.readAllBytes(file(name)).clone();
      for (int change = random.nextInt(3); change >= 0; change--) {
        bytes[random.nextInt(12_000)] = (byte) random.nextInt();
      }
      Path changed = Files.write(folder.resolve("mutated.gguf"), bytes);
      read += GgufFuzzTest.tokenizeOrRefuse(changed) ? 1 : 0;
    }
    assertThat(read).isBetween(20, MUTATIONS - 20);
  }
}
