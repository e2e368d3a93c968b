package org.attune.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;

/**
 * What a BERT tokenizer does to a text before it splits it. Said twice in a checkpoint: by the
 * normalizer of tokenizer.json and by tokenizer_config.json. Where they differ, transformers builds
 * the normalizer anew from the latter, so that is what decides here as well.
 *
 * @param lowercase {@code do_lower_case}: letters become small
 * @param stripAccents {@code strip_accents}: accents are removed; usually as {@code lowercase}
 * @param splitChinese {@code tokenize_chinese_chars}: each CJK character is a word of its own
 */
record BertNormalization(boolean lowercase, boolean stripAccents, boolean splitChinese) {
  private static final List<String> KEYS =
      List.of("do_lower_case", "strip_accents", "tokenize_chinese_chars");

  /** The classes for which transformers keeps tokenizer.json's own normalizer. */
  private static final List<String> GENERIC_CLASSES =
      List.of("PreTrainedTokenizerFast", "TokenizersBackend", "PreTrainedTokenizer");

  /** Reads the normalizer of a tokenizer.json; empty when it is none of BERT's. */
  static Optional<BertNormalization> ofNormalizer(JsonNode normalizer) {
    if (!normalizer.path("type").asText().equals("BertNormalizer")) {
      return Optional.empty();
    }
    boolean lowercase = normalizer.path("lowercase").asBoolean(true);
    return Optional.of(
        new BertNormalization(
            lowercase,
            normalizer.path("strip_accents").asBoolean(lowercase),
            normalizer.path("handle_chinese_chars").asBoolean(true)));
  }

  /**
   * What tokenizer_config.json asks for; empty when it leaves the choice to tokenizer.json, that
   * is, names a generic class or neither a class nor a setting.
   */
  static Optional<BertNormalization> ofSettings(JsonNode settings) {
    String tokenizerClass = settings.path("tokenizer_class").asText("");
    boolean silent = tokenizerClass.isEmpty() && KEYS.stream().noneMatch(settings::has);
    if (silent || GENERIC_CLASSES.contains(tokenizerClass)) {
      return Optional.empty();
    }
    return Optional.of(withDefaults(settings));
  }

  /** The settings with BertTokenizer's defaults for what they leave out. */
  static BertNormalization withDefaults(JsonNode settings) {
    boolean lowercase = settings.path(KEYS.get(0)).asBoolean(true);
    return new BertNormalization(
        lowercase,
        settings.path(KEYS.get(1)).asBoolean(lowercase),
        settings.path(KEYS.get(2)).asBoolean(true));
  }

  void putInto(ObjectNode normalizer) {
    normalizer.put("type", "BertNormalizer");
    if (!normalizer.has("clean_text")) {
      normalizer.put("clean_text", true);
    }
    normalizer.put("handle_chinese_chars", splitChinese).put("lowercase", lowercase);
    if (stripAccents == lowercase) {
      normalizer.putNull("strip_accents"); // "as lowercase", as most files say it
    } else {
      normalizer.put("strip_accents", stripAccents);
    }
  }

  /** For messages: the settings in tokenizer_config.json's words. */
  @Override
  public String toString() {
    return "%s=%s, %s=%s, %s=%s"
        .formatted(KEYS.get(0), lowercase, KEYS.get(1), stripAccents, KEYS.get(2), splitChinese);
  }
}
