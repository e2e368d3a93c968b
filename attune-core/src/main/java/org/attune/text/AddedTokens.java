package org.attune.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * The tokens that are found in a text before anything splits it. One that the vocabulary holds
 * keeps its id, others get the next free one in the order in which they are added, as in the Rust
 * library.
 */
final class AddedTokens {
  private final Map<String, Integer> vocabulary;
  private final Map<String, ObjectNode> tokens = new LinkedHashMap<>();
  private int next;

  AddedTokens(Map<String, Integer> vocabulary) {
    this.vocabulary = vocabulary;
    this.next = vocabulary.size();
  }

  /** Adds a token that stands for itself wherever it occurs; one that is there stays as it is. */
  void add(String content, boolean special) {
    add(
        content,
        JsonNodeFactory.instance.objectNode().put("normalized", false).put("special", special));
  }

  /**
   * Adds a token with what a settings file says of it.
   *
   * @param attributes {@code single_word}, {@code lstrip}, {@code rstrip}, {@code normalized},
   *     {@code special}; absent ones have the library's defaults
   */
  void add(String content, JsonNode attributes) {
    if (content.isEmpty() || tokens.containsKey(content)) {
      return;
    }
    boolean special = attributes.path("special").asBoolean(false);
    int id = vocabulary.containsKey(content) ? vocabulary.get(content) : next++;
    tokens.put(
        content,
        JsonNodeFactory.instance
            .objectNode()
            .put("id", id)
            .put("content", content)
            .put("single_word", attributes.path("single_word").asBoolean(false))
            .put("lstrip", attributes.path("lstrip").asBoolean(false))
            .put("rstrip", attributes.path("rstrip").asBoolean(false))
            .put("normalized", attributes.path("normalized").asBoolean(!special))
            .put("special", special));
  }

  boolean contains(String content) {
    return tokens.containsKey(content);
  }

  /** Ids by content. */
  Map<String, Integer> ids() {
    Map<String, Integer> ids = new LinkedHashMap<>();
    tokens.forEach((content, token) -> ids.put(content, token.path("id").intValue()));
    return ids;
  }

  /** As tokenizer.json lists them, by id. */
  ArrayNode toJson() {
    Map<Integer, ObjectNode> byId = new TreeMap<>();
    tokens.values().forEach(token -> byId.put(token.path("id").intValue(), token));
    return JsonNodeFactory.instance.arrayNode().addAll(byId.values());
  }
}
