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
   * @param added all tokens that are not split
   * @param config tokenizer_config.json, completed: {@code legacy}, {@code add_prefix_space},
   *     {@code add_bos_token}, {@code add_eos_token} and special tokens
   */
  static SlowFolder convert(
      Map<String, Integer> vocabulary, ArrayNode merges, AddedTokens added, ObjectNode config) {
    TokenizerJson json =
        new TokenizerJson(added.toJson())
            .part("pre_tokenizer", preTokenizer(config))
            .part("post_processor", TextTemplate.ofSettings(config).toJson(added.ids()))
            .part("decoder", decoder(config))
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

  /** BPE over characters that writes the bytes of a character it does not know. */
  static ObjectNode characterBpe(Map<String, Integer> vocabulary, ArrayNode merges) {
    ObjectNode model = TokenizerJson.typed("BPE").put("fuse_unk", true).put("byte_fallback", true);
    ObjectNode vocab = model.putObject("vocab");
    vocabulary.forEach(vocab::put);
    model.set("merges", merges);
    return model;
  }
}
