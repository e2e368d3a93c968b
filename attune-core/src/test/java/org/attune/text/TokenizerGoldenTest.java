package org.attune.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ids, types, words and offsets of reference/tokenize_lines.py, made-up lines, singles and pairs.
 */
class TokenizerGoldenTest {
  @TempDir static Path folder;
  private static Tokenizer tokenizer;

  @BeforeAll
  static void load() {
    tokenizer = Tokenizer.load(TokenizerFixtures.builtin(folder));
  }

  @Test
  void equalsTheReferenceOnEveryRow() {
    int rows = 0;
    for (JsonNode row : TokenizerFixtures.rows("/golden/tokenizer/lines.jsonl")) {
      TokenizerFixtures.assertEqual(tokenizer, row);
      rows++;
    }
    assertThat(rows).isEqualTo(275);
  }

  @Test
  void decodesWhatItEncodes() {
    int[] ids = tokenizer.encode("the quick brown fox, 1999!").ids();
    assertThat(tokenizer.decode(ids, true)).isEqualTo("the quick brown fox, 1999!");
    assertThat(tokenizer.decode(ids, false)).startsWith("[CLS] the quick").endsWith("[SEP]");
  }
}
