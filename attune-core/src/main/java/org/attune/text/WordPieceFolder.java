package org.attune.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.attune.AttuneException;

/**
 * A tokenizer.json made from a WordPiece vocab.txt (Devlin et al. 2018): one piece a line, its
 * number the line's. The same document as transformers' converter of {@code BertTokenizer} makes.
 */
final class WordPieceFolder {
  private static final List<String> SPECIAL =
      List.of("pad_token", "unk_token", "cls_token", "sep_token", "mask_token");
  private static final List<String> DEFAULTS =
      List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]");

  /**
   * Classes that read vocab.txt as BertTokenizer does; others split, or frame a text, otherwise.
   */
  private static final Set<String> CLASSES =
      Set.of(
          "Bert",
          "DistilBert",
          "Electra",
          "MobileBert",
          "ConvBert",
          "SqueezeBert",
          "LayoutLM",
          "Lxmert",
          "DPRContextEncoder",
          "DPRQuestionEncoder",
          "DPRReader");

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
  static byte[] toTokenizerJson(byte[] vocab, JsonNode settings) {
    String named = settings.path("tokenizer_class").asText("BertTokenizer");
    if (!CLASSES.contains(named.replaceFirst("Tokenizer(Fast)?$", ""))) {
      throw new AttuneException(
          "text: vocab.txt alone is enough for a BertTokenizer, but tokenizer_config.json names a "
              + named
              + "; make a tokenizer.json with transformers:"
              + " AutoTokenizer.from_pretrained(FOLDER).save_pretrained(FOLDER)");
    }
    return new WordPieceFolder(settings, read(vocab)).document().getBytes(StandardCharsets.UTF_8);
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

  private String document() {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.put("version", "1.0").putNull("truncation").putNull("padding");
    ArrayNode added = root.putArray("added_tokens");
    SPECIAL.stream()
        .map(this::special)
        .distinct()
        .sorted(java.util.Comparator.comparing(vocabulary::get))
        .forEach(token -> added.add(addedToken(token)));
    root.set("normalizer", normalizer());
    root.putObject("pre_tokenizer").put("type", "BertPreTokenizer");
    root.set("post_processor", postProcessor());
    root.putObject("decoder").put("type", "WordPiece").put("prefix", "##").put("cleanup", true);
    ObjectNode model = root.putObject("model");
    model
        .put("type", "WordPiece")
        .put("unk_token", special("unk_token"))
        .put("continuing_subword_prefix", "##")
        .put("max_input_chars_per_word", 100);
    ObjectNode vocab = model.putObject("vocab");
    vocabulary.forEach(vocab::put);
    try {
      return new ObjectMapper().writeValueAsString(root);
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The token a role is played by; it must be in the vocabulary. */
  private String special(String role) {
    String token = SpecialTokens.named(settings, role).orElse(DEFAULTS.get(SPECIAL.indexOf(role)));
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

  private ObjectNode addedToken(String token) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("id", vocabulary.get(token))
        .put("content", token)
        .put("single_word", false)
        .put("lstrip", false)
        .put("rstrip", false)
        .put("normalized", false)
        .put("special", true);
  }

  private ObjectNode normalizer() {
    ObjectNode normalizer = JsonNodeFactory.instance.objectNode();
    BertNormalization.withDefaults(settings).putInto(normalizer);
    return normalizer;
  }

  /** [CLS] a [SEP], and [CLS] a [SEP] b [SEP] with b and the last [SEP] of type 1. */
  private ObjectNode postProcessor() {
    String cls = special("cls_token");
    String sep = special("sep_token");
    ObjectNode template = JsonNodeFactory.instance.objectNode().put("type", "TemplateProcessing");
    template.putArray("single").add(token(cls, 0)).add(text("A", 0)).add(token(sep, 0));
    template
        .putArray("pair")
        .add(token(cls, 0))
        .add(text("A", 0))
        .add(token(sep, 0))
        .add(text("B", 1))
        .add(token(sep, 1));
    ObjectNode specials = template.putObject("special_tokens");
    for (String special : List.of(cls, sep)) {
      ObjectNode entry = specials.putObject(special).put("id", special);
      entry.putArray("ids").add(vocabulary.get(special));
      entry.putArray("tokens").add(special);
    }
    return template;
  }

  private static ObjectNode token(String id, int type) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.putObject("SpecialToken").put("id", id).put("type_id", type);
    return node;
  }

  private static ObjectNode text(String id, int type) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.putObject("Sequence").put("id", id).put("type_id", type);
    return node;
  }
}
