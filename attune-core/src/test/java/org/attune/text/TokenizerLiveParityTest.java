package org.attune.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** 5,000 lines of real text and more, against the reference stack as it runs now. */
@Tag("live")
class TokenizerLiveParityTest {
  private static final List<String> SOURCES =
      List.of(
          "sst2/stsa.binary.test",
          "banking77/test.csv",
          "multi30k/val.de",
          "multi30k/val.fr",
          "wikitext2/valid.txt",
          "squad_sample/small.json",
          "trec/train.txt",
          "wnut17/emerging.dev.conll");
  private static final int PER_SOURCE = 625;

  @TempDir Path folder;

  @Test
  void theBuiltInTokenizer() throws Exception {
    Path tokenizer = TokenizerFixtures.builtin(folder);
    compare(tokenizer.resolve("tokenizer.json"), Tokenizer.load(tokenizer));
  }

  @Test
  void bertBaseUncasedFromItsTokenizerJson() throws Exception {
    Path bert = shared().resolve("vocab/bert-base-uncased");
    compare(bert.resolve("tokenizer.json"), Tokenizer.load(bert));
  }

  @Test
  void bertBaseUncasedFromItsVocabAlone() throws Exception {
    Path alone = Files.createDirectory(folder.resolve("alone"));
    Files.copy(shared().resolve("vocab/bert-base-uncased/vocab.txt"), alone.resolve("vocab.txt"));
    compare(alone, Tokenizer.load(alone));
  }

  @Test
  void whatAttuneSavesAsTransformersLoadsIt() throws Exception {
    Path vocab = shared().resolve("vocab/bert-base-uncased/vocab.txt");
    Path cased = Files.createDirectory(folder.resolve("cased"));
    Files.copy(vocab, cased.resolve("vocab.txt"));
    Files.writeString(
        cased.resolve("tokenizer_config.json"),
        "{\"do_lower_case\": false, \"strip_accents\": true, \"tokenize_chinese_chars\": false}");
    // BertTokenizer decides for itself, whatever tokenizer.json says.
    Path overruled = Files.createDirectory(folder.resolve("overruled"));
    TokenizerFixtures.builtin(overruled);
    Files.writeString(
        overruled.resolve("tokenizer_config.json"),
        "{\"tokenizer_class\": \"BertTokenizer\", \"do_lower_case\": false}");
    for (Path source : List.of(cased, overruled, TokenizerFixtures.builtin(folder))) {
      Tokenizer tokenizer = Tokenizer.load(source);
      Path saved = Files.createTempDirectory(folder, "saved");
      tokenizer.save(saved);
      compare(saved, tokenizer);
    }
  }

  @Test
  void realVocabulariesWithoutTokenizerJson() throws Exception {
    compareAndSave("gpt2", "{\"model_type\": \"gpt2\"}", "vocab.json", "merges.txt");
    compareAndSave("roberta-base", "{\"model_type\": \"roberta\"}", "vocab.json", "merges.txt");
    compareAndSave("t5", "{\"model_type\": \"t5\"}", "spiece.model");
    compareAndSave("t5", "{\"model_type\": \"t5\"}", "spiece.model", "tokenizer_config.json");
  }

  @Test
  void t5FromItsTokenizerJson() throws Exception {
    Path t5 = shared().resolve("vocab/t5");
    compare(t5.resolve("tokenizer.json"), Tokenizer.load(t5));
  }

  @Test
  void llamaVocabularies() throws Exception {
    for (String kind : List.of("llama", "llama_legacy")) {
      Path source = TokenizerFixtures.kind(kind, Files.createDirectory(folder.resolve(kind)));
      Tokenizer tokenizer = Tokenizer.load(source);
      compare(source, tokenizer);
      compare(saved(tokenizer), tokenizer);
    }
  }

  @Test
  void theVocabularyOfARealLlama2cModel() throws Exception {
    Tokenizer tokenizer = Tokenizer.load(shared().resolve("llama-260K/tok512.bin"));
    compare(saved(tokenizer), tokenizer);
  }

  private void compareAndSave(String vocabulary, String config, String... files) throws Exception {
    Path alone = Files.createTempDirectory(folder, vocabulary);
    Files.writeString(alone.resolve("config.json"), config);
    for (String file : files) {
      Files.copy(shared().resolve("vocab").resolve(vocabulary).resolve(file), alone.resolve(file));
    }
    Tokenizer tokenizer = Tokenizer.load(alone);
    compare(alone, tokenizer);
    compare(saved(tokenizer), tokenizer);
  }

  private Path saved(Tokenizer tokenizer) throws IOException {
    Path saved = Files.createTempDirectory(folder, "saved");
    tokenizer.save(saved);
    return saved;
  }

  private void compare(Path forPython, Tokenizer tokenizer) throws Exception {
    String python = System.getenv("ATTUNE_PYTHON");
    assumeTrue(python != null, "ATTUNE_PYTHON is not set: no reference stack to compare with");
    Path lines = folder.resolve("lines.jsonl");
    List<String> texts = texts();
    ObjectMapper json = new ObjectMapper();
    StringBuilder all = new StringBuilder();
    for (String text : texts) {
      all.append(json.writeValueAsString(text).replace("\u007f", "\\u007f")).append('\n');
    }
    Files.writeString(lines, all);
    Path out = folder.resolve("reference.jsonl");
    Process process =
        new ProcessBuilder(
                python,
                Path.of("..", "reference", "tokenize_lines.py").toString(),
                "live",
                forPython.toString(),
                lines.toString(),
                out.toString())
            .redirectErrorStream(true)
            .start();
    String log = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(log).isZero();
    List<JsonNode> rows = TokenizerFixtures.parse(Files.readString(out));
    rows.forEach(row -> TokenizerFixtures.assertEqual(tokenizer, row));
    assertThat(rows).hasSize(texts.size() + 300).hasSizeGreaterThanOrEqualTo(5_000);
  }

  private static Path shared() {
    String shared = System.getenv("ATTUNE_SHARED");
    assumeTrue(shared != null, "ATTUNE_SHARED is not set: no real text to compare on");
    return Path.of(shared, "data");
  }

  private static List<String> texts() throws IOException {
    List<String> texts = new ArrayList<>();
    for (String source : SOURCES) {
      // TREC's questions are older than UTF-8's success.
      Charset charset =
          source.startsWith("trec") ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8;
      try (Stream<String> lines = Files.lines(shared().resolve(source), charset)) {
        lines.filter(line -> !line.isBlank()).limit(PER_SOURCE).forEach(texts::add);
      }
    }
    // What the sources hold too little of: other scripts, emoji, control characters, great length.
    for (int i = 0; i < 200; i++) {
      texts.add("wow 😀👩‍👩‍👧 " + (char) ('\u4e00' + i) + " e\u0301 \u0001\u200b " + i);
    }
    texts.add("a very long line of words ".repeat(20_000));
    texts.add("x".repeat(5_000));
    texts.addAll(
        TokenizerFixtures.rows("/golden/tokenizer/lines.jsonl").stream()
            .map(row -> row.get("text").asText())
            .toList());
    return texts;
  }
}
