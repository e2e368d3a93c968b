package org.attune.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Base64;
import java.util.HashSet;
import java.util.Set;
import org.attune.AttuneException;

/**
 * Refuses what the Rust library does not check and would end the whole JVM for: it panics on a
 * template that names a token it does not define, and on a character map that is no map. Found by
 * changing real files at random, one value at a time; everything else it refuses by itself.
 */
final class TokenizerShape {
  private final String where;

  private TokenizerShape(String where) {
    this.where = where;
  }

  /**
   * Checks the parts of a tokenizer.json.
   *
   * @param where for messages: the file's name
   */
  static void check(JsonNode normalizer, JsonNode postProcessor, String where) {
    TokenizerShape shape = new TokenizerShape(where);
    shape.normalizer(normalizer);
    shape.postProcessor(postProcessor);
  }

  private void normalizer(JsonNode normalizer) {
    normalizer.path("normalizers").forEach(this::normalizer);
    if (normalizer.path("type").asText().equals("Precompiled")
        || normalizer.has("precompiled_charsmap")) {
      charactersMap(normalizer.path("precompiled_charsmap").asText(""));
    }
  }

  private void charactersMap(String base64) {
    byte[] map;
    try {
      map = Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      throw refusal("precompiled_charsmap is not base64 (" + e.getMessage() + ")");
    }
    CharactersMap.fault(map)
        .ifPresent(
            fault -> {
              throw refusal("precompiled_charsmap " + fault);
            });
  }

  private void postProcessor(JsonNode processor) {
    processor.path("processors").forEach(this::postProcessor);
    // Whatever its type says: the library also takes a processor for what its fields look like.
    Set<String> defined = new HashSet<>();
    for (JsonNode token : processor.path("special_tokens")) {
      specialToken(token);
      defined.add(token.path("id").asText());
    }
    template(processor, "single", defined);
    template(processor, "pair", defined);
  }

  private void specialToken(JsonNode token) {
    JsonNode ids = token.path("ids");
    boolean numbers = ids.isArray();
    for (JsonNode id : ids) {
      numbers &= id.canConvertToInt() && id.intValue() >= 0;
    }
    if (!numbers || token.path("tokens").size() != ids.size()) {
      throw refusal("the post_processor's special token is " + token + ", expected an id a token");
    }
  }

  private void template(JsonNode processor, String name, Set<String> defined) {
    for (JsonNode piece : processor.path(name)) {
      JsonNode special = piece.path("SpecialToken").path("id");
      if (!special.isMissingNode() && !defined.contains(special.asText())) {
        throw refusal(
            "the post_processor's template \""
                + name
                + "\" uses "
                + special
                + ", which its special_tokens do not define");
      }
      for (JsonNode part : piece) {
        JsonNode type = part.path("type_id");
        if (!type.isMissingNode() && !type.canConvertToInt()) {
          throw refusal("the post_processor's template \"" + name + "\" has type_id " + type);
        }
      }
    }
  }

  private AttuneException refusal(String what) {
    return new AttuneException(
        "text: " + where + ": " + what + "; get the file again from where the model came from");
  }
}
