package org.attune.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.attune.AttuneException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Vocabulary files that are damaged or made to harm are refused in one line; the JVM lives on. */
class HostileVocabularyTest {
  @TempDir Path folder;

  private byte[] file(String kind, String name) throws IOException {
    return Files.readAllBytes(TokenizerFixtures.kind(kind, folder).resolve(name));
  }

  @ParameterizedTest
  @CsvSource({"t5, spiece.model", "llama, tokenizer.model"})
  void sentencePieceModelsChangedAtRandom(String kind, String name) throws Exception {
    byte[] sound = file(kind, name);
    assertThat(SentencePieceFuzzTest.readOrRefuse(sound)).isTrue();
    Random random = new Random(42);
    int read = 0;
    for (int i = 0; i < 400; i++) {
      byte[] changed = sound.clone();
      for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
        changed[random.nextInt(changed.length)] = (byte) random.nextInt();
      }
      read += SentencePieceFuzzTest.readOrRefuse(changed) ? 1 : 0;
    }
    assertThat(read).isBetween(20, 399); // both happen
  }

  @Test
  void characterMapsChangedAtRandom() throws Exception {
    SentencePieceModel model = SentencePieceModel.read(file("t5", "spiece.model"), "spiece.model");
    byte[] sound = model.charactersMap();
    assertThat(CharactersMap.fault(sound)).isEmpty();
    Random random = new Random(7);
    for (int i = 0; i < 400; i++) {
      byte[] changed = sound.clone();
      for (int changes = 1 + random.nextInt(8); changes > 0; changes--) {
        changed[4 + random.nextInt(changed.length - 4)] ^= (byte) (1 << random.nextInt(8));
      }
      if (CharactersMap.fault(changed).isPresent()) {
        continue;
      }
      String json =
          """
          {"added_tokens": [], "normalizer": {"type": "Precompiled", "precompiled_charsmap": "%s"},
           "pre_tokenizer": null, "post_processor": null, "decoder": null,
           "model": {"type": "Unigram", "unk_id": 0, "vocab": [["<unk>", 0.0], ["a", -1.0]]}}"""
              .formatted(java.util.Base64.getEncoder().encodeToString(changed));
      try (RustTokenizer rust = new RustTokenizer(json)) {
        for (int first = 1; first < 0x3000; first += 61) {
          rust.encode(
              "a" + Character.toString(first) + Character.toString(first + 1) + "ﬁＡ①½é\u3000");
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"t5/spiece.model", "llama/tokenizer.model", "llama2c/tokenizer.bin"})
  void filesCutShort(String path) throws Exception {
    String[] parts = path.split("/", -1);
    byte[] sound = file(parts[0], parts[1]);
    for (int length = 0; length < sound.length; length += 1 + sound.length / 97) {
      byte[] cut = Arrays.copyOf(sound, length);
      if (parts[1].endsWith(".bin")) {
        try {
          Llama2cVocabulary.convert(cut, JsonNodeFactory.instance.objectNode(), "tokenizer.bin");
        } catch (AttuneException e) {
          assertThat(e).hasMessageContaining("text: tokenizer.bin ");
        }
      } else {
        SentencePieceFuzzTest.readOrRefuse(cut);
      }
    }
  }

  @Test
  void sizesThatTheFileDoesNotHold() {
    byte[] model = {0x0A, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 0x07};
    assertThatThrownBy(() -> SentencePieceModel.read(model, "spiece.model"))
        .isInstanceOf(AttuneException.class)
        .hasMessage(
            "text: spiece.model is not a sound SentencePiece model: a field of 2147483647 bytes,"
                + " with 0 left; get the file again from where the model came from");
    byte[] bin = {5, 0, 0, 0, 0, 0, 0, 0, -1, -1, -1, 127};
    assertThatThrownBy(
            () -> Llama2cVocabulary.convert(bin, JsonNodeFactory.instance.objectNode(), "t.bin"))
        .hasMessage(
            "text: t.bin has a piece of 2147483647 bytes at 0, with 0 left; expected a tokenizer.bin"
                + " as llama2.c's tokenizer.py writes it");
  }

  @Test
  void mergesThatAreNone() throws Exception {
    TokenizerFixtures.kind("gpt2", folder);
    Path merges = folder.resolve("merges.txt");
    Files.writeString(merges, "#version: 0.2\nt h\nthe\n");
    assertThatThrownBy(() -> Tokenizer.load(folder))
        .hasMessage("text: " + merges + ":3 is 'the', expected two pieces and a space");
    Files.writeString(merges, "nothing here\n");
    assertThatThrownBy(() -> Tokenizer.load(folder))
        .isInstanceOf(AttuneException.class)
        .hasMessageContaining("is not a tokenizer the tokenizers library can read");
  }

  @Test
  void classesThatNeedATokenizerJson() throws Exception {
    TokenizerFixtures.kind("t5", folder);
    Files.writeString(
        folder.resolve("tokenizer_config.json"), "{\"tokenizer_class\": \"AlbertTokenizer\"}");
    assertThatThrownBy(() -> Tokenizer.load(folder))
        .hasMessageStartingWith(
            "text: the folder has no tokenizer.json and its class AlbertTokenizer is not one that can"
                + " do without");
    Files.writeString(
        folder.resolve("tokenizer_config.json"), "{\"tokenizer_class\": \"LlamaTokenizer\"}");
    assertThatThrownBy(() -> Tokenizer.load(folder))
        .hasMessageContaining(
            "is a UNIGRAM model for LLAMA, expected UNIGRAM for T5 or BPE for LLAMA");
  }
}
