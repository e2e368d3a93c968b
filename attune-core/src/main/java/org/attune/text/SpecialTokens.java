package org.attune.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which token plays which role, for example {@code pad_token -> [PAD]}: as tokenizer_config.json
 * says, else as the class it names has it, else by the names that BERT and its successors use.
 *
 * @param byRole in the order of {@link #KNOWN}
 */
record SpecialTokens(Map<String, String> byRole) {
  private static final Map<String, List<String>> KNOWN = new LinkedHashMap<>();

  /** Every role there is, in transformers' order. */
  static final List<String> ROLES =
      List.of(
          "bos_token",
          "eos_token",
          "unk_token",
          "sep_token",
          "pad_token",
          "cls_token",
          "mask_token");

  /** Where special tokens without a role are listed: the old name and the new. */
  static final List<String> LISTS = List.of("additional_special_tokens", "extra_special_tokens");

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
    Optional<TokenizerClass> kind = TokenizerClass.of(settings);
    KNOWN.forEach(
        (role, names) ->
            named(settings, role)
                .or(
                    () ->
                        kind.isPresent()
                            ? own(kind.get(), role, settings)
                            : guess(names, addedTokens))
                .ifPresent(token -> byRole.put(role, token)));
    return new SpecialTokens(byRole);
  }

  /** A null in the settings means that the role is not played. */
  private static Optional<String> own(TokenizerClass kind, String role, JsonNode settings) {
    return settings.has(role) ? Optional.empty() : Optional.ofNullable(kind.roles().get(role));
  }

  private static Optional<String> guess(List<String> names, Map<String, Integer> addedTokens) {
    return names.stream().filter(addedTokens::containsKey).findFirst();
  }

  /** All that a settings file names, whatever their role. */
  static Set<String> all(JsonNode settings) {
    Set<String> tokens = new LinkedHashSet<>();
    ROLES.forEach(role -> named(settings, role).ifPresent(tokens::add));
    for (String list : LISTS) {
      settings.path(list).forEach(token -> content(token).ifPresent(tokens::add));
    }
    return tokens;
  }

  /** The token a settings file names for a role, given as a string or as an object. */
  static Optional<String> named(JsonNode settings, String role) {
    return content(settings.path(role));
  }

  private static Optional<String> content(JsonNode value) {
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
