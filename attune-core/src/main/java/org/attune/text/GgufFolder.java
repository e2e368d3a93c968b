package org.attune.text;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.attune.AttuneException;

/**
 * A tokenizer.json made from the vocabulary in a GGUF file. It gives the ids of SentencePiece and
 * of the byte-level tokenizers that llama.cpp's converter took the vocabulary from.
 */
final class GgufFolder {
  private static final int NORMAL = 1;
  private static final int CONTROL = 3;
  private static final int USER_DEFINED = 4;
  private static final int UNUSED = 5;
  private static final int LARGEST_TYPE = 6;
  private static final int MAX_TOKEN = 4096;

  private final GgufVocabulary source;
  private final Map<String, Integer> vocabulary = new LinkedHashMap<>();
  private final AddedTokens added;
  private final ObjectNode config = JsonNodeFactory.instance.objectNode();

  private GgufFolder(GgufVocabulary source) {
    this.source = source;
    checkSizes();
    for (String token : source.tokens()) {
      if (token.length() > MAX_TOKEN) {
        throw fault("has a token of " + token.length() + " characters at " + vocabulary.size());
      }
      if (vocabulary.put(token, vocabulary.size()) != null) {
        throw fault("holds the token '" + token + "' twice; ids would clash");
      }
    }
    added = new AddedTokens(vocabulary);
    settings();
  }

  /**
   * Makes the document.
   *
   * @throws AttuneException when the vocabulary is damaged, or of a kind that is not read
   */
  static SlowFolder convert(GgufVocabulary source) {
    GgufFolder folder = new GgufFolder(source);
    return switch (source.model()) {
      case GgufVocabulary.SENTENCE_PIECE -> folder.sentencePiece();
      case GgufVocabulary.BYTE_LEVEL -> folder.byteLevel();
      default ->
          throw folder.unread("tokenizer.ggml.model '" + source.model() + "'", "llama, gpt2");
    };
  }

  // ---- checks

  private void checkSizes() {
    int count = source.tokens().size();
    sameSize("scores", source.scores().size(), count);
    sameSize("token types", source.types().size(), count);
    for (double score : source.scores()) {
      if (!Double.isFinite(score)) {
        throw fault("has a score of " + score);
      }
    }
    for (long type : source.types()) {
      if (type < 0 || type > LARGEST_TYPE) {
        throw fault("has a token of type " + type + ", expected 0 to " + LARGEST_TYPE);
      }
    }
    source
        .roles()
        .forEach(
            (role, id) -> {
              if (id < 0 || id >= count) {
                throw fault("has " + id + " as its " + role + ", with " + count + " tokens");
              }
            });
  }

  private void sameSize(String what, int size, int tokens) {
    if (size != 0 && size != tokens) {
      throw fault("has " + size + " " + what + " for " + tokens + " tokens");
    }
  }

  private AttuneException fault(String what) {
    return new AttuneException(
        "text: " + source.source() + " " + what + "; the vocabulary is damaged");
  }

  private AttuneException unread(String what, String known) {
    return new AttuneException(
        "text: "
            + source.source()
            + " has "
            + what
            + "; known are "
            + known
            + ": put the model's tokenizer.json beside the file");
  }

  // ---- settings and tokens that are not split

  private void settings() {
    config.put("tokenizer_class", "PreTrainedTokenizerFast");
    for (String role : SpecialTokens.ROLES) {
      Optional.ofNullable(source.roles().get(role))
          .map(id -> source.tokens().get(id.intValue()))
          .ifPresent(token -> config.put(role, token));
    }
    if (!source.chatTemplates().isEmpty()) {
      ArrayNode templates = config.putArray("chat_template");
      source
          .chatTemplates()
          .forEach((name, text) -> templates.addObject().put("name", name).put("template", text));
    }
    for (int id = 0; id < source.types().size(); id++) {
      long type = source.types().get(id);
      if (type == CONTROL || type == USER_DEFINED) {
        added.add(source.tokens().get(id), type == CONTROL);
      }
    }
    SlowFolder.addTokens(config, added);
  }

  private ObjectNode frame(boolean bos, boolean eos) {
    return TextTemplate.framed(
            framing("bos_token", source.addBos().orElse(bos)),
            framing("eos_token", source.addEos().orElse(eos)))
        .toJson(added.ids());
  }

  private List<String> framing(String role, boolean wanted) {
    return wanted ? SpecialTokens.named(config, role).stream().toList() : List.of();
  }

  // ---- SentencePiece

  private SlowFolder sentencePiece() {
    if (source.scores().isEmpty()) {
      throw fault("has no scores, which tell the order of merges");
    }
    List<String> byScore =
        IntStream.range(0, source.tokens().size())
            .filter(this::isMade)
            .boxed()
            .sorted(Comparator.comparing(source.scores()::get, Comparator.reverseOrder()))
            .map(source.tokens()::get)
            .toList();
    boolean prefix = source.addSpacePrefix().orElse(true);
    List<ObjectNode> spaces = new ArrayList<>();
    if (prefix) {
      spaces.add(TokenizerJson.typed("Prepend").put("prepend", "\u2581"));
    }
    spaces.add(TokenizerJson.replace(" ", "\u2581"));
    config.put("add_prefix_space", prefix);
    ObjectNode model =
        LlamaFolder.characterBpe(vocabulary, PieceMerges.of(byScore, vocabulary.keySet()));
    SpecialTokens.named(config, "unk_token").ifPresent(token -> model.put("unk_token", token));
    TokenizerJson json =
        new TokenizerJson(added.toJson())
            .part(
                "normalizer",
                TokenizerJson.sequence("normalizers", spaces.toArray(ObjectNode[]::new)))
            .part("post_processor", frame(true, false))
            .part("decoder", LlamaFolder.decoder(config))
            .part("model", model);
    return new SlowFolder(json.bytes(), config);
  }

  /** Whether a token is put together from others; control tokens and single bytes are not. */
  private boolean isMade(int id) {
    long type = source.types().isEmpty() ? NORMAL : source.types().get(id);
    return type == NORMAL || type == USER_DEFINED || type == UNUSED;
  }

  // ---- bytes

  private SlowFolder byteLevel() {
    GgufSplit split =
        GgufSplit.of(source.pre())
            .orElseThrow(
                () -> unread("tokenizer.ggml.pre '" + source.pre() + "'", GgufSplit.known()));
    ObjectNode model =
        TokenizerJson.typed("BPE")
            .put("fuse_unk", false)
            .put("byte_fallback", false)
            .put("ignore_merges", split.wholeWords());
    ObjectNode vocab = model.putObject("vocab");
    vocabulary.forEach(vocab::put);
    model.set("merges", merges());
    TokenizerJson json =
        new TokenizerJson(added.toJson())
            .part("normalizer", split.normalizer())
            .part("pre_tokenizer", split.preTokenizer())
            .part("post_processor", frame(split.beginsTexts(), false))
            .part("decoder", TokenizerJson.byteLevel(true, true, true))
            .part("model", model);
    return new SlowFolder(json.bytes(), config);
  }

  private ArrayNode merges() {
    ArrayNode merges = JsonNodeFactory.instance.arrayNode();
    for (String merge : source.merges()) {
      int space = merge.indexOf(' ', 1);
      String left = merge.substring(0, Math.max(0, space));
      String right = merge.substring(space + 1);
      if (space < 0
          || !vocabulary.containsKey(left)
          || !vocabulary.containsKey(right)
          || !vocabulary.containsKey(left + right)) {
        String shown = merge.length() > 40 ? merge.substring(0, 40) + ".." : merge;
        throw fault("has the merge '" + shown + "' at " + merges.size() + ", not of its tokens");
      }
      merges.addArray().add(left).add(right);
    }
    return merges;
  }
}
