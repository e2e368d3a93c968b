package org.attune.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A tokenizer.json made from the pieces of a Llama vocabulary: BPE over characters, spaces as
 * U+2581, a character without a piece as its UTF-8 bytes. The same document as transformers' {@code
 * LlamaTokenizer} makes.
 */
final class LlamaFolder {
  private LlamaFolder() {}

  /**
   * Makes the document.
   *
   * @param vocabulary ids by piece
   * @param merges pairs, the first to be merged first
   * @param added holds the vocabulary's own control tokens already
   * @param settings tokenizer_config.json: {@code legacy}, {@code add_prefix_space}, {@code
   *     add_bos_token}, {@code add_eos_token} and special tokens
   */
  static SlowFolder convert(
      Map<String, Integer> vocabulary, ArrayNode merges, AddedTokens added, JsonNode settings) {
    ObjectNode config = SlowFolder.completed(settings, "LlamaTokenizer", TokenizerClass.LLAMA);
    SlowFolder.addTokens(config, added);
    TokenizerJson json =
        new TokenizerJson(added.toJson())
            .part("pre_tokenizer", preTokenizer(settings))
            .part("post_processor", template(config).toJson(added.ids()))
            .part("decoder", decoder(settings))
            .part("model", characterBpe(vocabulary, merges));
    return new SlowFolder(json.bytes(), config);
  }

  /** "first" puts the leading space before the text alone, "always" also after a special token. */
  static ObjectNode preTokenizer(JsonNode settings) {
    boolean legacy = settings.path("legacy").asBoolean(false);
    String scheme = !prefixSpace(settings) ? "never" : legacy ? "always" : "first";
    return TokenizerJson.metaspace(scheme, false);
  }

  static ObjectNode decoder(JsonNode settings) {
    List<ObjectNode> steps = new ArrayList<>();
    steps.add(TokenizerJson.replace("\u2581", " "));
    steps.add(TokenizerJson.typed("ByteFallback"));
    steps.add(TokenizerJson.typed("Fuse"));
    if (prefixSpace(settings)) {
      steps.add(TokenizerJson.typed("Strip").put("content", " ").put("start", 1).put("stop", 0));
    }
    return TokenizerJson.sequence("decoders", steps.toArray(ObjectNode[]::new));
  }

  private static boolean prefixSpace(JsonNode settings) {
    return settings.path("add_prefix_space").asBoolean(true);
  }

  private static TextTemplate template(JsonNode config) {
    return TextTemplate.framed(
        asked(config, "add_bos_token", "bos_token"), asked(config, "add_eos_token", "eos_token"));
  }

  private static List<String> asked(JsonNode config, String setting, String role) {
    return config.path(setting).asBoolean(false)
        ? SpecialTokens.named(config, role).stream().toList()
        : List.of();
  }

  /** BPE over characters that writes the bytes of a character it does not know. */
  static ObjectNode characterBpe(Map<String, Integer> vocabulary, ArrayNode merges) {
    ObjectNode model = TokenizerJson.typed("BPE").put("fuse_unk", true).put("byte_fallback", true);
    ObjectNode vocab = model.putObject("vocab");
    vocabulary.forEach(vocab::put);
    model.set("merges", merges);
    return model;
  }
}
