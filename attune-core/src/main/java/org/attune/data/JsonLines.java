package org.attune.data;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.attune.AttuneException;

/** Looks into a JSON Lines file line by line, to say which keys it has and where it is broken. */
final class JsonLines {
  private static final ObjectReader READER =
      JsonMapper.builder()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build()
          .reader();

  private JsonLines() {}

  /** What is done with each object; false stops. */
  private interface ObjectHandler {
    boolean accept(JsonNode object, int line);
  }

  /** Keys from the first line on, until all that are wanted have been seen. */
  static Set<String> keys(Path file, Collection<String> wanted) {
    Set<String> keys = new LinkedHashSet<>();
    scan(
        file,
        (object, line) -> {
          object.fieldNames().forEachRemaining(keys::add);
          return !keys.containsAll(wanted);
        });
    return keys;
  }

  /** The first line that is not an object. */
  static Optional<AttuneException> fault(Path file) {
    try {
      scan(file, (object, line) -> true);
      return Optional.empty();
    } catch (AttuneException e) {
      return Optional.of(e);
    }
  }

  /** What is done with each object, given the number of its line. */
  interface RowHandler {
    void accept(JsonNode object, int line);
  }

  /**
   * All objects in order.
   *
   * @throws AttuneException naming the first line that is none
   */
  static void each(Path file, RowHandler handler) {
    scan(
        file,
        (object, line) -> {
          handler.accept(object, line);
          return true;
        });
  }

  private static void scan(Path file, ObjectHandler handler) {
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(TextCheck.open(file), StandardCharsets.UTF_8))) {
      int number = 0;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        number++;
        String json = number == 1 && line.startsWith("\ufeff") ? line.substring(1) : line;
        if (!json.isBlank() && !handler.accept(object(file, number, json), number)) {
          return;
        }
      }
    } catch (IOException e) {
      throw new AttuneException("data: " + file + " could not be read: " + e.getMessage(), e);
    }
  }

  private static JsonNode object(Path file, int number, String line) {
    try {
      JsonNode node = READER.readTree(line);
      if (node.isObject()) {
        return node;
      }
      throw new AttuneException(
          String.format(
              "data: %s:%d is a JSON %s, expected an object such as {\"text\": ..}",
              file, number, node.getNodeType().name().toLowerCase(Locale.ROOT)));
    } catch (JsonProcessingException e) {
      // Jackson adds where the object began, which is this line.
      String reason = e.getOriginalMessage().replaceFirst("(?s) \\(start marker at.*", "");
      throw new AttuneException(
          String.format(
              "data: %s:%d is no JSON object: %s (column %d)",
              file, number, reason, e.getLocation().getColumnNr()),
          e);
    }
  }
}
