package org.attune.checkpoint;

import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.attune.AttuneException;

/**
 * JSON from files that are not trusted: UTF-8, no key twice, nothing after it, of bounded depth.
 */
final class StrictJson {
  private StrictJson() {}

  /**
   * Parses one object.
   *
   * @param what the reader, which begins the error's line
   * @param where the file
   * @throws AttuneException when it is anything else
   */
  static ObjectNode readObject(byte[] json, String what, String where, int maxDepth) {
    try {
      // Decoded here, because Jackson takes bytes with zeros between them for UTF-16.
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(json)).toString();
      JsonNode node = mapper(maxDepth).readTree(text);
      if (node instanceof ObjectNode object) {
        return object;
      }
      throw new AttuneException(what + ": " + where + " is not a JSON object");
    } catch (CharacterCodingException e) {
      throw new AttuneException(what + ": " + where + " is not UTF-8", e);
    } catch (JsonProcessingException e) {
      throw new AttuneException(
          what
              + ": "
              + where
              + " is not valid JSON at line "
              + (e.getLocation() == null ? 1 : Math.max(1, e.getLocation().getLineNr()))
              + ": "
              + reason(e),
          e);
    }
  }

  /** Jackson's own words, without the lines that quote the source. */
  static String reason(JsonProcessingException e) {
    return e.getOriginalMessage().lines().findFirst().orElse("");
  }

  private static ObjectMapper mapper(int maxDepth) {
    return JsonMapper.builder(
            new JsonFactoryBuilder()
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .streamReadConstraints(
                    StreamReadConstraints.builder().maxNestingDepth(maxDepth).build())
                .build())
        .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
        .build();
  }
}
