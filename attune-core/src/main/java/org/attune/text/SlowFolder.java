package org.attune.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a folder without tokenizer.json was turned into.
 *
 * @param json the tokenizer.json that does what transformers' class of that folder does
 * @param settings tokenizer_config.json, completed so that transformers takes the same class with
 *     the same settings
 */
@SuppressWarnings("ArrayRecordComponent") // package-private; the array is never changed
record SlowFolder(byte[] json, ObjectNode settings) {
  /**
   * A copy of tokenizer_config.json that names the class and the token of each role the class has.
   *
   * @param name as the settings or transformers' table of models gives it
   */
  static ObjectNode completed(JsonNode settings, String name, TokenizerClass kind) {
    ObjectNode config = ((ObjectNode) settings).deepCopy().put("tokenizer_class", name);
    kind.roles()
        .forEach(
            (role, token) -> {
              if (!config.has(role)) { // a null there means that the role is not played
                config.put(role, token);
              }
            });
    return config;
  }

  /** Adds the tokens that a tokenizer_config.json asks for, in transformers' order. */
  static void addTokens(JsonNode config, AddedTokens added) {
    Map<Integer, JsonNode> listed = new TreeMap<>();
    for (Map.Entry<String, JsonNode> entry : config.path("added_tokens_decoder").properties()) {
      if (entry.getKey().matches("\\d{1,9}")) {
        listed.put(Integer.parseInt(entry.getKey()), entry.getValue());
      }
    }
    listed.values().forEach(token -> add(token, false, added));
    SpecialTokens.ROLES.forEach(role -> add(config.path(role), true, added));
    for (String list : SpecialTokens.LISTS) {
      config.path(list).forEach(token -> add(token, true, added));
    }
  }

  private static void add(JsonNode token, boolean special, AddedTokens added) {
    if (token.isObject()) {
      ObjectNode attributes = ((ObjectNode) token).deepCopy();
      if (special) {
        attributes.put("special", true);
      }
      added.add(token.path("content").asText(), attributes);
    } else if (token.isTextual()) {
      added.add(token.asText(), special);
    }
  }
}
