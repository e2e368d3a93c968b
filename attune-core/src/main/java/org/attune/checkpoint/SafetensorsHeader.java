package org.attune.checkpoint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.attune.AttuneException;
import org.attune.tensor.DType;
import org.attune.tensor.Shape;

/**
 * The checked header of a safetensors file: when this exists, every tensor's bytes lie in the file,
 * fit its type and shape, and overlap no other's.
 *
 * @param metadata the file's own remarks, such as {@code format: pt}
 * @param tensors by name, in order of their bytes
 */
record SafetensorsHeader(Map<String, String> metadata, Map<String, TensorEntry> tensors) {
  /** As the reference implementation: no header published comes near. */
  static final long MAX_BYTES = 100_000_000;

  private static final int MAX_MESSAGE = 400;

  private static final JsonFactory JSON =
      new JsonFactoryBuilder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  /**
   * Parses and checks a header.
   *
   * @param json the header's bytes
   * @param dataBytes how many bytes follow the header
   * @param where the file, for messages
   */
  static SafetensorsHeader parse(byte[] json, long dataBytes, String where) {
    return new Parser(where, dataBytes).parse(json);
  }

  private static final class Parser {
    private final String where;
    private final long dataBytes;
    private final Map<String, String> metadata = new LinkedHashMap<>();
    private final List<TensorEntry> entries = new ArrayList<>();

    Parser(String where, long dataBytes) {
      this.where = where;
      this.dataBytes = dataBytes;
    }

    SafetensorsHeader parse(byte[] json) {
      String text;
      try {
        // Decoded here, because Jackson takes bytes with zeros between them for UTF-16.
        text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(json)).toString();
      } catch (CharacterCodingException e) {
        throw error("the header is not UTF-8");
      }
      try (JsonParser parser = JSON.createParser(text)) {
        require(parser.nextToken() == JsonToken.START_OBJECT, "the header is not a JSON object");
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          String name = parser.currentName();
          require(parser.nextToken() == JsonToken.START_OBJECT, "'" + name + "' is not an object");
          if (name.equals("__metadata__")) {
            readMetadata(parser);
          } else {
            entries.add(readEntry(name, parser));
          }
        }
        require(parser.nextToken() == null, "there is text after the header's JSON object");
      } catch (JsonProcessingException e) {
        throw error("the header is not valid JSON: " + StrictJson.reason(e));
      } catch (IOException e) {
        throw error(e.getMessage());
      }
      return checkLayout();
    }

    private void readMetadata(JsonParser parser) throws IOException {
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String key = parser.currentName();
        require(
            parser.nextToken() == JsonToken.VALUE_STRING,
            "__metadata__ '" + key + "' is not a string");
        metadata.put(key, parser.getText());
      }
    }

    private TensorEntry readEntry(String name, JsonParser parser) throws IOException {
      String type = null;
      List<Long> shape = null;
      List<Long> offsets = null;
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String key = parser.currentName();
        parser.nextToken();
        switch (key) {
          case "dtype" -> type = parser.getText();
          case "shape" -> shape = readNumbers(name, key, parser);
          case "data_offsets" -> offsets = readNumbers(name, key, parser);
          default -> throw error("tensor '" + name + "' has an unknown key '" + key + "'");
        }
      }
      require(
          type != null && shape != null && offsets != null && offsets.size() == 2,
          "tensor '" + name + "' must have dtype, shape and two data_offsets");
      return entry(name, type, shape, offsets);
    }

    private List<Long> readNumbers(String name, String key, JsonParser parser) throws IOException {
      require(
          parser.currentToken() == JsonToken.START_ARRAY,
          "tensor '" + name + "': " + key + " is not a list");
      List<Long> numbers = new ArrayList<>();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        boolean whole =
            parser.currentToken() == JsonToken.VALUE_NUMBER_INT
                && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER;
        require(
            whole && parser.getLongValue() >= 0,
            "tensor '" + name + "': " + key + " holds something else than whole numbers from 0 on");
        numbers.add(parser.getLongValue());
      }
      return numbers;
    }

    private TensorEntry entry(String name, String type, List<Long> dims, List<Long> offsets) {
      DType dtype;
      Shape shape;
      long wanted;
      try {
        dtype = DType.ofSafetensors(type);
        shape = Shape.of(dims.stream().mapToLong(Long::longValue).toArray());
        wanted = Math.multiplyExact(shape.numel(), (long) dtype.bytes());
      } catch (ArithmeticException e) {
        throw error("tensor '" + name + "' is too large: " + dims);
      } catch (AttuneException e) {
        throw error("tensor '" + name + "': " + e.getMessage());
      }
      long begin = offsets.get(0);
      long end = offsets.get(1);
      require(
          begin <= end && end <= dataBytes,
          String.format(
              "tensor '%s' lies at bytes [%d, %d) of %d; is the file truncated?",
              name, begin, end, dataBytes));
      require(
          end - begin == wanted,
          String.format(
              "tensor '%s' is %s %s, which takes %d bytes, but has %d",
              name, shape, dtype, wanted, end - begin));
      return new TensorEntry(name, dtype, shape, begin, end);
    }

    /** No holes, no overlaps: the reference implementation refuses both. */
    private SafetensorsHeader checkLayout() {
      entries.sort(
          Comparator.comparingLong(TensorEntry::begin).thenComparingLong(TensorEntry::end));
      Map<String, TensorEntry> byName = new LinkedHashMap<>();
      long at = 0;
      for (TensorEntry entry : entries) {
        require(
            entry.begin() >= at,
            String.format(
                "tensor '%s' begins at byte %d, inside the one before it",
                entry.name(), entry.begin()));
        require(
            entry.begin() == at,
            String.format("bytes [%d, %d) belong to no tensor", at, entry.begin()));
        at = entry.end();
        byName.put(entry.name(), entry);
      }
      require(at == dataBytes, String.format("bytes [%d, %d) belong to no tensor", at, dataBytes));
      return new SafetensorsHeader(metadata, byName);
    }

    private void require(boolean holds, String message) {
      if (!holds) {
        throw error(message);
      }
    }

    /** Names come from the file: no line end in them shall break the message's one line. */
    private AttuneException error(String message) {
      String line = message.replaceAll("\\p{Cntrl}", "?");
      return new AttuneException(
          "safetensors: "
              + where
              + ": "
              + (line.length() > MAX_MESSAGE ? line.substring(0, MAX_MESSAGE) + ".." : line));
    }
  }
}
