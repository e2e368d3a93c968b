package org.attune.text;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * A tokenizer.json put together part by part, for folders that have none. A part that is not set is
 * null, which the Rust library takes for "leave the text as it is".
 */
final class TokenizerJson {
  private final ObjectNode root = JsonNodeFactory.instance.objectNode();

  TokenizerJson(ArrayNode addedTokens) {
    root.put("version", "1.0").putNull("truncation").putNull("padding");
    root.set("added_tokens", addedTokens);
    for (String part :
        List.of("normalizer", "pre_tokenizer", "post_processor", "decoder", "model")) {
      root.putNull(part);
    }
  }

  TokenizerJson part(String name, JsonNode value) {
    root.set(name, value);
    return this;
  }

  byte[] bytes() {
    try {
      return new ObjectMapper().writeValueAsBytes(root);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e); // a tree of plain values
    }
  }

  // ---- parts

  /** A part with its type, to be filled with settings. */
  static ObjectNode typed(String type) {
    return JsonNodeFactory.instance.objectNode().put("type", type);
  }

  /** Several parts applied one after the other; {@code list} is the name of their array. */
  static ObjectNode sequence(String list, JsonNode... parts) {
    ObjectNode sequence = typed("Sequence");
    ArrayNode array = sequence.putArray(list);
    for (JsonNode part : parts) {
      array.add(part);
    }
    return sequence;
  }

  /** SentencePiece's treatment of spaces: each becomes U+2581, one is put before the text. */
  static ObjectNode metaspace(String prependScheme, boolean split) {
    return typed("Metaspace")
        .put("replacement", "\u2581")
        .put("prepend_scheme", prependScheme)
        .put("split", split);
  }

  /** GPT-2's treatment of bytes: each is written as a printable character. */
  static ObjectNode byteLevel(boolean addPrefixSpace, boolean trimOffsets, boolean useRegex) {
    return typed("ByteLevel")
        .put("add_prefix_space", addPrefixSpace)
        .put("trim_offsets", trimOffsets)
        .put("use_regex", useRegex);
  }

  static ObjectNode replace(String from, String to) {
    ObjectNode replace = typed("Replace");
    replace.putObject("pattern").put("String", from);
    return replace.put("content", to);
  }
}
