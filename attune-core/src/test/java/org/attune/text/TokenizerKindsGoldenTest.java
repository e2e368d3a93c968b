package org.attune.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Small checkpoints of each kind without tokenizer.json: ids, types, words, offsets, decoded text
 * and special tokens are those of reference/tokenizer_fixtures.py.
 */
class TokenizerKindsGoldenTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {"wordpiece", "gpt2", "roberta", "bart", "t5", "llama", "llama_legacy", "llama2c"})
  void encodesAndDecodesAsTheReference(String kind) {
    Tokenizer tokenizer = Tokenizer.load(TokenizerFixtures.kind(kind, folder));
    List<JsonNode> rows = TokenizerFixtures.rows("/golden/tokenizer/" + kind + "/rows.jsonl");
    assertThat(rows).hasSize(106);
    for (JsonNode row : rows) {
      TokenizerFixtures.assertEqual(tokenizer, row);
      assertStreams(tokenizer, row);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"wordpiece", "gpt2", "roberta", "bart", "t5", "llama", "llama_legacy", "llama2c"})
  void hasTheReferencesSpecialTokens(String kind) {
    Tokenizer tokenizer = Tokenizer.load(TokenizerFixtures.kind(kind, folder));
    JsonNode special = TokenizerFixtures.special(kind);
    assertThat(tokenizer.bosId()).isEqualTo(id(special, "bos"));
    assertThat(tokenizer.eosId()).isEqualTo(id(special, "eos"));
    assertThat(tokenizer.unkId()).isEqualTo(id(special, "unk"));
    assertThat(tokenizer.sepId()).isEqualTo(id(special, "sep"));
    assertThat(tokenizer.clsId()).isEqualTo(id(special, "cls"));
    assertThat(tokenizer.maskId()).isEqualTo(id(special, "mask"));
    assertThat(tokenizer.hasPad()).isEqualTo(!special.get("pad").isNull());
    assertThat(tokenizer.padId()).isEqualTo(special.get("pad").asInt());
    assertThat(tokenizer.vocabularySize()).isEqualTo(special.get("size").asInt());
  }

  private static OptionalInt id(JsonNode special, String role) {
    JsonNode id = special.get(role);
    return id.isNull() ? OptionalInt.empty() : OptionalInt.of(id.asInt());
  }

  /** Token by token, what is handed out adds up to the whole text, if its characters are whole. */
  private static void assertStreams(Tokenizer tokenizer, JsonNode row) {
    String whole = row.get("text_only").asText();
    if (whole.contains("\uFFFD")) {
      return; // cut within a character: the bytes before it then decode otherwise than alone
    }
    TokenStream stream = tokenizer.stream(true);
    StringBuilder text = new StringBuilder();
    for (JsonNode id : row.get("ids")) {
      text.append(stream.push(id.asInt()));
      assertThat(whole).startsWith(text);
    }
    assertThat(text.append(stream.finish()).toString()).isEqualTo(whole);
  }
}
