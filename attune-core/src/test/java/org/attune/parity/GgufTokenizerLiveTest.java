package org.attune.parity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.attune.checkpoint.Checkpoint;
import org.attune.generate.Generated;
import org.attune.generate.GenerationConfig;
import org.attune.generate.Length;
import org.attune.generate.TextGenerator;
import org.attune.text.Tokenizer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole vocabularies in GGUF files against the files they come from, on real text. */
@Tag("live")
class GgufTokenizerLiveTest {
  private static final List<String> TEXTS =
      List.of(
          "wikitext2/valid.txt", "multi30k/val.de", "multi30k/val.fr", "squad_sample/small.json");
  private static final int PER_TEXT = 2000;

  @TempDir Path folder;

  private static List<String> lines() throws IOException {
    List<String> lines =
        new ArrayList<>(
            List.of("", " ", " two  spaces ", "e\u0301 \ud83d\ude00 \u4e2d", "1234567"));
    for (String text : TEXTS) {
      try (Stream<String> some = Files.lines(ReferenceStack.data().resolve(text))) {
        some.limit(PER_TEXT).forEach(lines::add);
      }
    }
    return lines;
  }

  private void compare(String file, String original) throws IOException {
    try (Checkpoint checkpoint = Checkpoint.open(folder.resolve(file).toString());
        Tokenizer own = checkpoint.tokenizer();
        Tokenizer expected = Tokenizer.load(ReferenceStack.data().resolve(original))) {
      List<String> lines = lines();
      for (String line : lines) {
        assertThat(own.encode(line).ids()).as(line).isEqualTo(expected.encode(line).ids());
      }
      assertThat(lines).hasSizeGreaterThan(4000);
    }
  }

  @Test
  void idsAndTextsAreTheOriginals() throws Exception {
    Path data = ReferenceStack.data();
    var written = ReferenceStack.run("../gguf_vocabulary_fixtures.py", "--real", data, folder);
    assumeTrue(!written.has("missing"), "the gguf package is not installed");
    compare("llama-260K.gguf", "llama-260K/tok512.bin");
    compare("gpt2-vocabulary.gguf", "vocab/gpt2");
    assertThat(story(folder.resolve("llama-260K.gguf")).tokenIds())
        .isEqualTo(story(data.resolve("llama-260K")).tokenIds());
  }

  private static Generated story(Path model) {
    try (TextGenerator writer = TextGenerator.open(model.toString())) {
      GenerationConfig settings = writer.settings().withLength(Length.ofNewTokens(80));
      int[] prompt = writer.encode("I was walking in a forest of glass");
      return writer.generate(List.of(prompt), settings, () -> false).get(0).get(0);
    }
  }

  /** As run.c's text does: it ends with an end token, not where its positions end. */
  @Test
  void aStoryEndsWhereTheModelSaysSo() {
    String model = ReferenceStack.data().resolve("llama-260K").toString();
    try (TextGenerator writer = TextGenerator.open(model)) {
      int[] prompt = writer.encode("Hello, world");
      Generated text =
          writer.generate(List.of(prompt), writer.settings(), () -> false).get(0).get(0);
      assertThat(text.reason().name()).isEqualTo("EOS");
      assertThat(text.tokenIds()).hasSizeGreaterThan(20).endsWith(2);
    }
  }
}
