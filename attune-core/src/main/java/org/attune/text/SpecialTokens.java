package org.attune.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which token plays which role, for example {@code pad_token -> [PAD]}: as tokenizer_config.json
 * says, else by the names that BERT and its successors use.
 *
 * @param byRole in the order of {@link #KNOWN}
 */
record SpecialTokens(Map<String, String> byRole) {
  private static final Map<String, List<String>> KNOWN = new LinkedHashMap<>();

  static {
    KNOWN.put("bos_token", List.of("<s>"));
    KNOWN.put("eos_token", List.of("</s>"));
    KNOWN.put("unk_token", List.of("[UNK]", "<unk>"));
    KNOWN.put("sep_token", List.of("[SEP]", "</s>"));
    KNOWN.put("pad_token", List.of("[PAD]", "<pad>"));
    KNOWN.put("cls_token", List.of("[CLS]", "<s>"));
    KNOWN.put("mask_token", List.of("[MASK]", "<mask>"));
  }

  /**
   * @param settings tokenizer_config.json
   * @param addedTokens tokenizer.json's, by content
   */
  static SpecialTokens of(JsonNode settings, Map<String, Integer> addedTokens) {
    Map<String, String> byRole = new LinkedHashMap<>();
    KNOWN.forEach(
        (role, names) ->
            named(settings, role)
                .or(() -> names.stream().filter(addedTokens::containsKey).findFirst())
                .ifPresent(token -> byRole.put(role, token)));
    return new SpecialTokens(byRole);
  }

  /** The token a settings file names for a role, given as a string or as an object. */
  static Optional<String> named(JsonNode settings, String role) {
    JsonNode value = settings.path(role);
    String token = value.isObject() ? value.path("content").asText("") : value.asText("");
    return token.isEmpty() || value.isNull() ? Optional.empty() : Optional.of(token);
  }

  Optional<String> of(String role) {
    return Optional.ofNullable(byRole.get(role));
  }

  /** Adds the roles that an object lacks. */
  void putMissingInto(ObjectNode object) {
    byRole.forEach(
        (role, token) -> {
          if (!object.hasNonNull(role)) {
            object.put(role, token);
          }
        });
  }
}
