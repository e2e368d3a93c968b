package org.attune.text;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.attune.AttuneException;

/**
 * What Attune itself needs to know of a tokenizer.json, read as a stream before the native library
 * sees it: settings that would change lengths, the added tokens, the size of the vocabulary.
 *
 * @param truncation as a file carries it, if it does
 * @param padding likewise
 * @param addedTokens ids by content, in the file's order
 * @param specialIds ids of those that decoding may leave out
 * @param largestId of the vocabulary and the added tokens
 * @param normalizer as the file has it; null node when it has none
 * @param modelType {@code WordPiece}, {@code BPE}, {@code Unigram}, {@code WordLevel} or empty
 */
record TokenizerFile(
    Optional<String> truncation,
    Optional<String> padding,
    Map<String, Integer> addedTokens,
    Set<Integer> specialIds,
    int largestId,
    JsonNode normalizer,
    String modelType) {

  static final JsonFactory JSON =
      new JsonFactoryBuilder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  // For the large file: duplicate detection would keep every name of a vocabulary, and interning
  // them
  // costs 100 ms of a first prediction.
  private static final ObjectMapper PLAIN =
      new ObjectMapper(
          new JsonFactoryBuilder().disable(JsonFactory.Feature.INTERN_FIELD_NAMES).build());

  /**
   * Reads the bytes of a tokenizer.json.
   *
   * @param where for messages: the file's name
   */
  static TokenizerFile read(byte[] json, String where) {
    Reader reader = new Reader();
    try (JsonParser parser = PLAIN.getFactory().createParser(json)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new AttuneException("text: " + where + " is not a JSON object");
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        parser.nextToken();
        reader.field(name, parser);
      }
      if (parser.currentToken() != JsonToken.END_OBJECT || parser.nextToken() != null) {
        throw new AttuneException("text: " + where + " has text after its JSON object");
      }
    } catch (JsonProcessingException e) {
      throw new AttuneException(
          "text: "
              + where
              + " is not valid JSON at line "
              + e.getLocation().getLineNr()
              + ", column "
              + e.getLocation().getColumnNr()
              + "; is the file complete?",
          e);
    } catch (IOException e) {
      throw new AttuneException("text: " + where + " could not be read: " + e.getMessage(), e);
    }
    return reader.result(where);
  }

  /** One line a setting that was found and will not be applied. */
  List<String> warnings() {
    List<String> warnings = new ArrayList<>();
    truncation.ifPresent(t -> warnings.add(ignored("truncation", t, "max_length decides")));
    padding.ifPresent(
        p -> warnings.add(ignored("padding", p, "batches are padded to their longest row")));
    return warnings;
  }

  private static String ignored(String what, String setting, String instead) {
    return "tokenizer.json carries " + what + " (" + setting + "); it is not applied: " + instead;
  }

  /** The same document with another normalization. */
  static byte[] with(BertNormalization normalization, byte[] json) throws IOException {
    ObjectNode document = (ObjectNode) PLAIN.readTree(json);
    normalization.putInto(document.withObject("/normalizer"));
    return PLAIN.writeValueAsBytes(document);
  }

  /** The same document without truncation and padding. */
  static byte[] withoutLengthSettings(byte[] json) throws IOException {
    ObjectNode document = (ObjectNode) PLAIN.readTree(json);
    document.putNull("truncation");
    document.putNull("padding");
    return PLAIN.writerWithDefaultPrettyPrinter().writeValueAsBytes(document);
  }

  private static final class Reader {
    private String truncation;
    private String padding;
    private final Map<String, Integer> added = new LinkedHashMap<>();
    private final Set<Integer> special = new LinkedHashSet<>();
    private int largest = -1;
    private JsonNode normalizer = NullNode.getInstance();
    private JsonNode postProcessor = NullNode.getInstance();
    private String type = "";
    private boolean sawModel;

    void field(String name, JsonParser parser) throws IOException {
      switch (name) {
        case "truncation" -> truncation = setting(parser);
        case "padding" -> padding = setting(parser);
        case "added_tokens" -> addedTokens(parser);
        case "normalizer" -> normalizer = PLAIN.readTree(parser);
        case "post_processor" -> postProcessor = PLAIN.readTree(parser);
        case "model" -> model(parser);
        default -> parser.skipChildren();
      }
    }

    private static String setting(JsonParser parser) throws IOException {
      JsonNode value = PLAIN.readTree(parser);
      return value == null || value.isNull() ? null : value.toString();
    }

    private void addedTokens(JsonParser parser) throws IOException {
      JsonNode tokens = PLAIN.readTree(parser);
      for (JsonNode token : tokens) {
        int id = token.path("id").asInt(-1);
        if (id >= 0) {
          added.put(token.path("content").asText(), id);
          largest = Math.max(largest, id);
          if (token.path("special").asBoolean(false)) {
            special.add(id);
          }
        }
      }
    }

    private void model(JsonParser parser) throws IOException {
      sawModel = true;
      if (parser.currentToken() != JsonToken.START_OBJECT) {
        parser.skipChildren();
        return;
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        JsonToken value = parser.nextToken();
        if (name.equals("type")) {
          type = parser.getText();
        } else if (name.equals("vocab") && value == JsonToken.START_OBJECT) {
          while (parser.nextToken() == JsonToken.FIELD_NAME) {
            parser.nextToken();
            largest = Math.max(largest, parser.getIntValue());
          }
        } else if (name.equals("vocab") && value == JsonToken.START_ARRAY) {
          int count = 0;
          while (parser.nextToken() != JsonToken.END_ARRAY) {
            parser.skipChildren();
            count++;
          }
          largest = Math.max(largest, count - 1);
        } else {
          parser.skipChildren();
        }
      }
    }

    TokenizerFile result(String where) {
      if (!sawModel) {
        throw new AttuneException(
            "text: "
                + where
                + " has no \"model\"; is it a tokenizer.json of the tokenizers library?");
      }
      TokenizerShape.check(normalizer, postProcessor, where);
      return new TokenizerFile(
          Optional.ofNullable(truncation),
          Optional.ofNullable(padding),
          added,
          special,
          largest,
          normalizer,
          type);
    }
  }
}
