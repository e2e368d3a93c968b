package org.attune.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Which special tokens frame a text, and a pair of texts: the post_processor of a tokenizer.json.
 *
 * @param single for one text
 * @param pair for two
 */
record TextTemplate(List<Piece> single, List<Piece> pair) {

  /**
   * One element of a template.
   *
   * @param id a special token, or "A" for the first text and "B" for the second
   * @param segment the type id of its tokens
   * @param special whether it is a special token
   */
  record Piece(String id, int segment, boolean special) {}

  TextTemplate {
    single = List.copyOf(single);
    pair = List.copyOf(pair);
  }

  static Piece first(int segment) {
    return new Piece("A", segment, false);
  }

  static Piece second(int segment) {
    return new Piece("B", segment, false);
  }

  static Piece special(String token, int segment) {
    return new Piece(token, segment, true);
  }

  /** What {@code add_bos_token} and {@code add_eos_token} of a tokenizer_config.json ask for. */
  static TextTemplate ofSettings(JsonNode config) {
    return framed(
        asked(config, "add_bos_token", "bos_token"), asked(config, "add_eos_token", "eos_token"));
  }

  private static List<String> asked(JsonNode config, String setting, String role) {
    return config.path(setting).asBoolean(false)
        ? SpecialTokens.named(config, role).stream().toList()
        : List.of();
  }

  /** The same tokens around each text; the second text and its frame are segment 1. */
  static TextTemplate framed(List<String> before, List<String> after) {
    List<Piece> single = frame(before, first(0), after);
    List<Piece> pair = new ArrayList<>(single);
    pair.addAll(frame(before, second(1), after));
    return new TextTemplate(single, pair);
  }

  private static List<Piece> frame(List<String> before, Piece text, List<String> after) {
    List<Piece> pieces = new ArrayList<>();
    before.forEach(token -> pieces.add(special(token, text.segment())));
    pieces.add(text);
    after.forEach(token -> pieces.add(special(token, text.segment())));
    return pieces;
  }

  /**
   * The processor's JSON.
   *
   * @param ids the special tokens' ids
   */
  ObjectNode toJson(Map<String, Integer> ids) {
    ObjectNode template = TokenizerJson.typed("TemplateProcessing");
    template.set("single", json(single));
    template.set("pair", json(pair));
    Map<String, Integer> used = new LinkedHashMap<>();
    Stream.concat(single.stream(), pair.stream())
        .filter(Piece::special)
        .forEach(piece -> used.put(piece.id(), ids.get(piece.id())));
    ObjectNode specials = template.putObject("special_tokens");
    used.forEach(
        (token, id) -> {
          ObjectNode entry = specials.putObject(token).put("id", token);
          entry.putArray("ids").add(id);
          entry.putArray("tokens").add(token);
        });
    return template;
  }

  private static ArrayNode json(List<Piece> pieces) {
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    for (Piece piece : pieces) {
      array
          .addObject()
          .putObject(piece.special() ? "SpecialToken" : "Sequence")
          .put("id", piece.id())
          .put("type_id", piece.segment());
    }
    return array;
  }
}
