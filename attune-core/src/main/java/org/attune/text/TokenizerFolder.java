package org.attune.text;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.attune.AttuneException;

/**
 * The tokenizer's files in a checkpoint folder.
 *
 * @param source the file the tokenizer came from
 * @param json its tokenizer.json, read or made
 * @param file what was read of it
 * @param settings tokenizer_config.json, or an empty object
 * @param others small files to carry along when saving, by name
 */
@SuppressWarnings("ArrayRecordComponent") // package-private; the array is never changed
record TokenizerFolder(
    Path source, byte[] json, TokenizerFile file, JsonNode settings, Map<String, byte[]> others) {

  /** Far above any tokenizer published (Gemma's is 35 MB). */
  private static final long MAX_BYTES = 512L << 20;

  private static final String[] CARRIED = {"vocab.txt", "special_tokens_map.json"};

  static TokenizerFolder read(Path folder) {
    Path tokenizerJson = folder.resolve("tokenizer.json");
    Path vocab = folder.resolve("vocab.txt");
    JsonNode settings = settings(folder.resolve("tokenizer_config.json"));
    Map<String, byte[]> others = new LinkedHashMap<>();
    for (String name : CARRIED) {
      Path other = folder.resolve(name);
      if (Files.isRegularFile(other)) {
        others.put(name, bytes(other));
      }
    }
    if (Files.exists(tokenizerJson)) {
      byte[] json = bytes(tokenizerJson);
      return new TokenizerFolder(
          tokenizerJson,
          json,
          TokenizerFile.read(json, tokenizerJson.toString()),
          settings,
          others);
    }
    if (Files.exists(vocab)) {
      byte[] json = WordPieceFolder.toTokenizerJson(bytes(vocab), settings);
      return new TokenizerFolder(
          vocab, json, TokenizerFile.read(json, vocab.toString()), settings, others);
    }
    throw new AttuneException(
        "text: no tokenizer in "
            + folder
            + ": looked for tokenizer.json and vocab.txt, found "
            + listing(folder)
            + "; copy the tokenizer's files beside the model's");
  }

  /** {@code model_max_length} where it is a real limit; transformers writes 1e30 for "none". */
  int modelMaxLength() {
    double limit = settings.path("model_max_length").asDouble(Integer.MAX_VALUE);
    return limit >= 1 && limit < Integer.MAX_VALUE ? (int) limit : Integer.MAX_VALUE;
  }

  void save(Path target) throws IOException {
    Files.createDirectories(target);
    Files.write(target.resolve("tokenizer.json"), TokenizerFile.withoutLengthSettings(json));
    Files.writeString(target.resolve("tokenizer_config.json"), config());
    for (Map.Entry<String, byte[]> other : others.entrySet()) {
      Files.write(target.resolve(other.getKey()), other.getValue());
    }
  }

  private String config() throws IOException {
    ObjectNode config =
        settings instanceof ObjectNode object && !object.isEmpty()
            ? object.deepCopy()
            : JsonNodeFactory.instance.objectNode();
    if (!config.has("tokenizer_class")) {
      config.put(
          "tokenizer_class",
          file.modelType().equals("WordPiece") ? "BertTokenizer" : "PreTrainedTokenizerFast");
    }
    return new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(config) + "\n";
  }

  private static JsonNode settings(Path file) {
    if (!Files.exists(file)) {
      return JsonNodeFactory.instance.objectNode();
    }
    try {
      JsonNode settings = new ObjectMapper(TokenizerFile.JSON).readTree(bytes(file));
      if (settings.isObject()) {
        return settings;
      }
      throw new AttuneException("text: " + file + " is not a JSON object");
    } catch (JsonProcessingException e) {
      throw new AttuneException(
          "text: "
              + file
              + " is not valid JSON at line "
              + e.getLocation().getLineNr()
              + ", column "
              + e.getLocation().getColumnNr()
              + ": "
              + e.getOriginalMessage(),
          e);
    } catch (IOException e) {
      throw new AttuneException("text: " + file + " could not be read: " + e.getMessage(), e);
    }
  }

  private static byte[] bytes(Path file) {
    try {
      if (!Files.isRegularFile(file)) {
        throw new AttuneException("text: " + file + " is not a regular file");
      }
      long size = Files.size(file);
      if (size > MAX_BYTES) {
        throw new AttuneException(
            "text: " + file + " has " + size + " bytes, more than the " + MAX_BYTES + " allowed");
      }
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new AttuneException("text: " + file + " could not be read: " + e.getMessage(), e);
    }
  }

  private static String listing(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      String names =
          files
              .map(path -> path.getFileName().toString())
              .sorted()
              .limit(12)
              .collect(Collectors.joining(", "));
      return names.isEmpty() ? "nothing" : names;
    } catch (IOException e) {
      return "no such folder";
    }
  }
}
