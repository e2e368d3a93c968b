package org.attune.text;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.attune.AttuneException;

/**
 * A folder's tokenizer_config.json, with what older files say beside it: the roles of
 * special_tokens_map.json and the tokens of added_tokens.json, unless {@code added_tokens_decoder}
 * says both; as transformers reads them.
 */
final class TokenizerSettings {
  /** Far above any tokenizer published (Gemma's is 35 MB). */
  private static final long MAX_BYTES = 512L << 20;

  /** transformers' table of models, as far as the folders read here go. */
  private static final Map<String, String> CLASSES =
      Map.of(
          "bert", "BertTokenizer",
          "distilbert", "BertTokenizer",
          "roberta", "RobertaTokenizer",
          "bart", "RobertaTokenizer",
          "gpt2", "GPT2Tokenizer",
          "opt", "GPT2Tokenizer",
          "phi", "GPT2Tokenizer",
          "t5", "T5Tokenizer",
          "mt5", "T5Tokenizer",
          "llama", "LlamaTokenizer");

  private TokenizerSettings() {}

  static ObjectNode read(Path folder) {
    ObjectNode settings = object(folder.resolve("tokenizer_config.json"));
    if (!settings.has("added_tokens_decoder")) {
      // It decides, as it does in transformers: it was written by what wrote the vocabulary.
      ObjectNode roles = object(folder.resolve("special_tokens_map.json"));
      for (JsonNode role : roles) {
        if (role instanceof ObjectNode token) {
          token.put("__type", "AddedToken"); // as tokenizer_config.json marks them
        }
      }
      settings.setAll(roles);
      ObjectNode added = object(folder.resolve("added_tokens.json"));
      if (!added.isEmpty()) {
        settings.set("added_tokens_decoder", decoder(added, settings));
      }
    }
    return settings;
  }

  /**
   * The class that config.json asks for, by name or by the model's type, where it is one of ours.
   */
  static Optional<String> classByModel(Path folder) {
    ObjectNode config = object(folder.resolve("config.json"));
    String named = config.path("tokenizer_class").asText("");
    return named.isEmpty()
        ? Optional.ofNullable(CLASSES.get(config.path("model_type").asText("")))
        : Optional.of(named);
  }

  private static ObjectNode decoder(ObjectNode added, ObjectNode settings) {
    Set<String> special = SpecialTokens.all(settings);
    ObjectNode decoder = JsonNodeFactory.instance.objectNode();
    for (Map.Entry<String, JsonNode> token : added.properties()) {
      boolean isSpecial = special.contains(token.getKey());
      decoder
          .putObject(String.valueOf(token.getValue().asInt()))
          .put("content", token.getKey())
          .put("normalized", !isSpecial)
          .put("special", isSpecial);
    }
    return decoder;
  }

  /** A file's JSON object; empty when there is no such file. */
  static ObjectNode object(Path file) {
    if (!Files.exists(file)) {
      return JsonNodeFactory.instance.objectNode();
    }
    try {
      JsonNode settings = new ObjectMapper(TokenizerFile.JSON).readTree(bytes(file));
      if (settings instanceof ObjectNode object) {
        return object;
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

  /** A file's content, refused where it is larger than any tokenizer's. */
  static byte[] bytes(Path file) {
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
}
