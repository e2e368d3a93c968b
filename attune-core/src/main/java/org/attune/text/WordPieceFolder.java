package org.attune.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.attune.AttuneException;
import org.attune.text.TextTemplate.Piece;

/**
 * A tokenizer.json made from a WordPiece vocab.txt (Devlin et al. 2018): one piece a line, its
 * number the line's. The same document as transformers' converter of {@code BertTokenizer} makes.
 */
final class WordPieceFolder {
  private static final List<String> SPECIAL =
      List.of("pad_token", "unk_token", "cls_token", "sep_token", "mask_token");
  private final JsonNode settings;
  private final Map<String, Integer> vocabulary;

  private WordPieceFolder(JsonNode settings, Map<String, Integer> vocabulary) {
    this.settings = settings;
    this.vocabulary = vocabulary;
  }

  /**
   * Makes the document.
   *
   * @param vocab the bytes of vocab.txt
   * @param settings tokenizer_config.json, or an empty object
   * @throws AttuneException when the settings name another kind of tokenizer, or a special token is
   *     missing
   */
  static SlowFolder convert(byte[] vocab, JsonNode settings) {
    String named = settings.path("tokenizer_class").asText("BertTokenizer");
    // Others split, or frame a text, otherwise.
    if (settings.hasNonNull("tokenizer_class")
        && !TokenizerClass.of(settings).equals(Optional.of(TokenizerClass.BERT))) {
      throw new AttuneException(
          "text: vocab.txt alone is enough for a BertTokenizer, but tokenizer_config.json names a "
              + named
              + "; make a tokenizer.json with transformers:"
              + " AutoTokenizer.from_pretrained(FOLDER).save_pretrained(FOLDER)");
    }
    byte[] json = new WordPieceFolder(settings, read(vocab)).document();
    return new SlowFolder(json, SlowFolder.completed(settings, named, TokenizerClass.BERT));
  }

  private static Map<String, Integer> read(byte[] vocab) {
    Map<String, Integer> pieces = new LinkedHashMap<>();
    int line = 0;
    for (String piece : new String(vocab, StandardCharsets.UTF_8).split("\n", -1)) {
      String token = piece.endsWith("\r") ? piece.substring(0, piece.length() - 1) : piece;
      if (!token.isEmpty()) {
        pieces.put(token, line);
      }
      line++;
    }
    return pieces;
  }

  private byte[] document() {
    AddedTokens added = new AddedTokens(vocabulary);
    SPECIAL.stream()
        .map(this::special)
        .sorted(Comparator.comparing(vocabulary::get))
        .forEach(token -> added.add(token, true));
    ObjectNode model =
        TokenizerJson.typed("WordPiece")
            .put("unk_token", special("unk_token"))
            .put("continuing_subword_prefix", "##")
            .put("max_input_chars_per_word", 100);
    ObjectNode vocab = model.putObject("vocab");
    vocabulary.forEach(vocab::put);
    return new TokenizerJson(added.toJson())
        .part("normalizer", normalizer())
        .part("pre_tokenizer", TokenizerJson.typed("BertPreTokenizer"))
        .part("post_processor", template().toJson(vocabulary))
        .part("decoder", TokenizerJson.typed("WordPiece").put("prefix", "##").put("cleanup", true))
        .part("model", model)
        .bytes();
  }

  /** The token a role is played by; it must be in the vocabulary. */
  private String special(String role) {
    String token =
        SpecialTokens.named(settings, role).orElse(TokenizerClass.BERT.roles().get(role));
    if (!vocabulary.containsKey(token)) {
      throw new AttuneException(
          "text: vocab.txt has no line '"
              + token
              + "', which is the "
              + role
              + "; is it a WordPiece vocabulary, one piece a line?");
    }
    return token;
  }

  private ObjectNode normalizer() {
    ObjectNode normalizer = JsonNodeFactory.instance.objectNode();
    BertNormalization.withDefaults(settings).putInto(normalizer);
    return normalizer;
  }

  /** [CLS] a [SEP], and [CLS] a [SEP] b [SEP] with b and the last [SEP] of type 1. */
  private TextTemplate template() {
    Piece cls = TextTemplate.special(special("cls_token"), 0);
    Piece sep = TextTemplate.special(special("sep_token"), 0);
    Piece last = TextTemplate.special(special("sep_token"), 1);
    Piece first = TextTemplate.first(0);
    return new TextTemplate(
        List.of(cls, first, sep), List.of(cls, first, sep, TextTemplate.second(1), last));
  }
}
