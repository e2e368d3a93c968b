package org.attune.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.attune.AttuneException;
import org.attune.UsageException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizerTest {
  private static final String VOCAB = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nhello\nworld\n##s\n";
  @TempDir Path folder;

  private Tokenizer wordPiece(String config) throws Exception {
    Files.writeString(folder.resolve("vocab.txt"), VOCAB);
    if (!config.isEmpty()) {
      Files.writeString(folder.resolve("tokenizer_config.json"), config);
    }
    return Tokenizer.load(folder);
  }

  @Test
  void readsAVocabAlone() throws Exception {
    Tokenizer tokenizer = wordPiece("");
    assertThat(tokenizer.encode("Hello worlds xyz").ids()).containsExactly(2, 5, 6, 7, 1, 3);
    assertThat(tokenizer.encode("hello", "world").typeIds()).containsExactly(0, 0, 0, 1, 1);
    assertThat(tokenizer.vocabularySize()).isEqualTo(8);
    assertThat(tokenizer.specialId("[MASK]")).hasValue(4);
    assertThat(tokenizer.padId()).isEqualTo(0);
    assertThat(tokenizer.warnings()).isEmpty();
  }

  @Test
  void honoursTheConfigBesideAVocab() throws Exception {
    Tokenizer cased = wordPiece("{\"do_lower_case\": false, \"model_max_length\": 4}");
    assertThat(cased.encode("Hello hello").ids()).containsExactly(2, 1, 5, 3);
    assertThat(cased.maxLength()).isEqualTo(4);
    assertThat(cased.encode("hello hello hello hello").ids()).hasSize(4);
  }

  @Test
  void savesAndLoadsAgain(@TempDir Path target) throws Exception {
    Tokenizer tokenizer = wordPiece("");
    tokenizer.save(target);
    assertThat(target).isDirectoryContaining("glob:**/{tokenizer.json}");
    assertThat(Tokenizer.load(target).encode("hello worlds").ids())
        .isEqualTo(tokenizer.encode("hello worlds").ids());
    assertThat(Files.readString(target.resolve("vocab.txt"))).isEqualTo(VOCAB);
  }

  @Test
  void reportsAndIgnoresTheLengthsAFileCarries(@TempDir Path target) throws Exception {
    Tokenizer tokenizer = Tokenizer.load(TokenizerFixtures.builtin(folder));
    assertThat(tokenizer.warnings()).hasSize(2);
    assertThat(tokenizer.warnings().get(0))
        .startsWith("tokenizer.json carries truncation ({")
        .contains("128")
        .endsWith("); it is not applied: max_length decides");
    Encoding long_ = tokenizer.encode("word ".repeat(300));
    assertThat(long_.length()).isEqualTo(302);
    Encoding cut = tokenizer.truncateTo(10).encode("word ".repeat(300));
    assertThat(cut.length()).isEqualTo(10);
    assertThat(cut.truncated()).isTrue();
    assertThat(cut.fullLength()).isEqualTo(302);
    assertThat(cut.ids()[9]).isEqualTo(102);
    tokenizer.save(target);
    assertThat(Tokenizer.load(target).warnings()).isEmpty();
  }

  @Test
  void aLoneSurrogateBecomesTheReplacementCharacter() {
    Tokenizer tokenizer = Tokenizer.load(TokenizerFixtures.builtin(folder));
    assertThat(tokenizer.encode("a\uD83Db").ids()).isEqualTo(tokenizer.encode("a\uFFFDb").ids());
  }

  @Test
  void acceptsALineOfAMegabyte() {
    Tokenizer tokenizer = Tokenizer.load(TokenizerFixtures.builtin(folder)).truncateTo(128);
    Encoding encoding = tokenizer.encode("some words ".repeat(95_000));
    assertThat(encoding.length()).isEqualTo(128);
    assertThat(encoding.fullLength()).isEqualTo(190_002);
  }

  @Test
  void encodesManyAsOneByOne() {
    Tokenizer tokenizer = Tokenizer.load(TokenizerFixtures.builtin(folder));
    List<String> texts = List.of("one", "", "two 😀 three", "four");
    List<Encoding> all = tokenizer.encodeAll(texts);
    for (int i = 0; i < texts.size(); i++) {
      assertThat(all.get(i)).usingRecursiveComparison().isEqualTo(tokenizer.encode(texts.get(i)));
    }
    assertThat(tokenizer.encodePairs(texts, texts).get(2))
        .usingRecursiveComparison()
        .isEqualTo(tokenizer.encode(texts.get(2), texts.get(2)));
  }

  @Test
  void saysWhatAFolderLacks() throws Exception {
    Files.writeString(folder.resolve("config.json"), "{}");
    assertThatThrownBy(() -> Tokenizer.load(folder))
        .isInstanceOf(AttuneException.class)
        .hasMessage(
            "text: no tokenizer in "
                + folder
                + ": looked for "
                + SlowFolders.FILES
                + ", found config.json; copy the tokenizer's files beside the model's");
    assertThatThrownBy(() -> Tokenizer.load(folder.resolve("absent")))
        .hasMessageContaining("found no such folder");
  }

  @Test
  void refusesAModelWithTooFewEmbeddings() throws Exception {
    try (Tokenizer tokenizer = Tokenizer.load(TokenizerFixtures.kind("t5", folder))) {
      tokenizer.requireFits(256, "config.json");
      assertThatThrownBy(() -> tokenizer.requireFits(249, "config.json"))
          .isInstanceOf(AttuneException.class)
          .hasMessage(
              "text: "
                  + folder.resolve("spiece.model")
                  + " has ids up to 249, but the model has only 249 embeddings (vocab_size of"
                  + " config.json); use the tokenizer the model was trained with");
    }
  }

  @Test
  void refusesDamagedFiles() throws Exception {
    Path json = folder.resolve("tokenizer.json");
    Files.writeString(json, "{\"model\": {\"type\": \"WordPiece\", \"vocab\": {\"a\": 1");
    assertThatThrownBy(() -> Tokenizer.load(folder))
        .isInstanceOf(AttuneException.class)
        .hasMessage(
            "text: " + json + " is not valid JSON at line 1, column 49; is the file complete?");
    Files.writeString(json, "[]");
    assertThatThrownBy(() -> Tokenizer.load(folder))
        .hasMessage("text: " + json + " is not a JSON object");
    Files.writeString(json, "{}");
    assertThatThrownBy(() -> Tokenizer.load(folder))
        .hasMessage(
            "text: "
                + json
                + " has no \"model\"; is it a tokenizer.json of the tokenizers library?");
    Files.writeString(json, "{\"model\": {\"type\": \"Magic\"}}");
    assertThatThrownBy(() -> Tokenizer.load(folder))
        .isInstanceOf(AttuneException.class)
        .hasMessageStartingWith(
            "text: " + json + " is not a tokenizer the tokenizers library can read: ");
    Files.delete(json);
    Files.createDirectory(json);
    assertThatThrownBy(() -> Tokenizer.load(folder))
        .hasMessage("text: " + json + " is not a regular file");
  }

  @Test
  void refusesAVocabWithoutSpecialTokens() throws Exception {
    Files.writeString(folder.resolve("vocab.txt"), "hello\nworld\n");
    assertThatThrownBy(() -> Tokenizer.load(folder))
        .hasMessage(
            "text: vocab.txt has no line '[PAD]', which is the pad_token; is it a WordPiece vocabulary,"
                + " one piece a line?");
  }

  @Test
  void refusesALimitBelowTheSpecialTokens() throws Exception {
    Tokenizer tokenizer = wordPiece("");
    assertThatThrownBy(() -> tokenizer.truncateTo(0))
        .isInstanceOf(UsageException.class)
        .hasMessage("text: max_length is 0, expected at least 1");
    assertThatThrownBy(() -> tokenizer.truncateTo(1).encode("hello"))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "text: max_length is 1, but the tokenizer alone adds 2 special tokens; use a larger"
                + " max_length");
  }

  @Test
  void aConfigDecidesBertsNormalizationAsInTransformers(@TempDir Path target) throws Exception {
    TokenizerFixtures.builtin(folder);
    Files.writeString(
        folder.resolve("tokenizer_config.json"),
        "{\"tokenizer_class\": \"BertTokenizer\", \"do_lower_case\": false}");
    Tokenizer cased = Tokenizer.load(folder);
    assertThat(cased.warnings().get(2))
        .isEqualTo(
            "tokenizer_config.json stands for do_lower_case=false, strip_accents=false,"
                + " tokenize_chinese_chars=true, tokenizer.json for do_lower_case=true,"
                + " strip_accents=true, tokenize_chinese_chars=true; the former is applied, as"
                + " transformers does");
    assertThat(cased.encode("Hello hello").ids()).containsExactly(101, 100, 7592, 102);
    cased.save(target);
    assertThat(Tokenizer.load(target).warnings()).isEmpty();
    assertThat(Tokenizer.load(target).encode("Hello hello").ids())
        .containsExactly(101, 100, 7592, 102);
  }

  @Test
  void aGenericClassLeavesTheChoiceToTokenizerJson() throws Exception {
    TokenizerFixtures.builtin(folder);
    Files.writeString(
        folder.resolve("tokenizer_config.json"),
        "{\"tokenizer_class\": \"PreTrainedTokenizerFast\", \"do_lower_case\": false}");
    Tokenizer tokenizer = Tokenizer.load(folder);
    assertThat(tokenizer.warnings()).hasSize(2);
    assertThat(tokenizer.encode("Hello").ids()).containsExactly(101, 7592, 102);
  }

  @Test
  void savesWhatTransformersWouldOtherwiseGuess(@TempDir Path target) throws Exception {
    Tokenizer.load(TokenizerFixtures.builtin(folder)).save(target);
    assertThat(new ObjectMapper().readTree(target.resolve("tokenizer_config.json").toFile()))
        .isEqualTo(
            new ObjectMapper()
                .readTree(
                    """
                    {"tokenizer_class": "PreTrainedTokenizerFast",
                     "model_input_names": ["input_ids", "token_type_ids", "attention_mask"],
                     "unk_token": "[UNK]", "sep_token": "[SEP]", "pad_token": "[PAD]",
                     "cls_token": "[CLS]", "mask_token": "[MASK]"}"""));
    assertThat(target.toFile().list())
        .containsExactlyInAnyOrder(
            "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json");
  }

  @Test
  void refusesAVocabOfAnotherKindOfTokenizer() {
    assertThatThrownBy(() -> wordPiece("{\"tokenizer_class\": \"EsmTokenizer\"}"))
        .isInstanceOf(AttuneException.class)
        .hasMessage(
            "text: vocab.txt alone is enough for a BertTokenizer, but tokenizer_config.json names a"
                + " EsmTokenizer; make a tokenizer.json with transformers:"
                + " AutoTokenizer.from_pretrained(FOLDER).save_pretrained(FOLDER)");
  }

  @Test
  void aClosedTokenizerSaysSo() throws Exception {
    Tokenizer tokenizer = wordPiece("");
    Tokenizer view = tokenizer.truncateTo(4);
    tokenizer.close();
    tokenizer.close();
    assertThatThrownBy(() -> view.encode("hello"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the tokenizer is closed; closing one closes all views made by truncateTo");
  }

  @Test
  void aWordThatNothingStandsForIsAnError() throws Exception {
    Path json = folder.resolve("tokenizer.json");
    Files.writeString(
        json,
        "{\"version\": \"1.0\", \"added_tokens\": [], \"model\": {\"type\": \"WordPiece\","
            + " \"unk_token\": \"[UNK]\", \"continuing_subword_prefix\": \"##\","
            + " \"max_input_chars_per_word\": 100, \"vocab\": {\"a\": 0}}}");
    assertThatThrownBy(() -> Tokenizer.load(folder).encode("b"))
        .isInstanceOf(AttuneException.class)
        .hasMessage(
            "text: "
                + json
                + " cannot encode a text: WordPiece error: Missing [UNK] token from the vocabulary");
  }

  @Test
  void knowsItsPlatforms() {
    assertThat(NativeLibrary.platform("Linux", "amd64")).isEqualTo("linux-x86_64");
    assertThat(NativeLibrary.platform("Mac OS X", "aarch64")).isEqualTo("osx-aarch64");
    assertThat(NativeLibrary.platform("Windows 11", "amd64")).isEqualTo("win-x86_64");
    assertThatThrownBy(() -> NativeLibrary.platform("Linux", "riscv64"))
        .isInstanceOf(AttuneException.class)
        .hasMessage(
            "text: there is no tokenizers library for Linux on riscv64; it exists for Linux (x86_64,"
                + " aarch64), macOS (aarch64) and Windows (x86_64)");
  }
}
