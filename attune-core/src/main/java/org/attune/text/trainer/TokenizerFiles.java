package org.attune.text.trainer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;

/** The files of a Hugging Face tokenizer's folder, made of a vocabulary. */
final class TokenizerFiles {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final TrainerSettings settings;
  private final Layout layout;
  private final Vocabulary vocabulary;

  TokenizerFiles(TrainerSettings settings, Vocabulary vocabulary) {
    this.settings = settings;
    this.layout = new Layout(settings);
    this.vocabulary = vocabulary;
  }

  /** Writes all files into a folder that exists. */
  void write(Path folder) throws IOException {
    pretty(folder.resolve("tokenizer.json"), document());
    pretty(folder.resolve("tokenizer_config.json"), config());
    pretty(folder.resolve("special_tokens_map.json"), roles());
    switch (settings.preset().algorithm()) {
      case BPE -> {
        pretty(folder.resolve("vocab.json"), layout.model(vocabulary).get("vocab"));
        text(
            folder.resolve("merges.txt"),
            vocabulary.merges().stream()
                .map(merge -> merge.left() + " " + merge.right() + "\n")
                .collect(Collectors.joining("", "#version: 0.2\n", "")));
      }
      case WORDPIECE ->
          text(
              folder.resolve("vocab.txt"),
              vocabulary.tokens().stream()
                  .map(token -> token + "\n")
                  .collect(Collectors.joining()));
      case UNIGRAM -> {} // tokenizer.json alone has it
    }
  }

  private ObjectNode document() {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.put("version", "1.0").putNull("truncation").putNull("padding");
    ArrayNode added = root.putArray("added_tokens");
    int learned = vocabulary.tokens().size() - settings.preset().sentinels();
    for (int id = 0; id < vocabulary.tokens().size(); id++) {
      if (id >= settings.specialTokens().size() && id < learned) {
        continue;
      }
      String token = vocabulary.tokens().get(id);
      added
          .addObject()
          .put("id", id)
          .put("content", token)
          .put("single_word", false)
          .put("lstrip", false)
          .put("rstrip", false)
          .put("normalized", false)
          .put("special", true);
    }
    root.set("normalizer", layout.normalizer());
    root.set("pre_tokenizer", layout.preTokenizer());
    root.set("post_processor", layout.postProcessor(vocabulary.tokens()));
    root.set("decoder", layout.decoder());
    root.set("model", layout.model(vocabulary));
    return root;
  }

  private ObjectNode roles() {
    ObjectNode roles = JsonNodeFactory.instance.objectNode();
    settings.preset().roles().forEach(roles::put);
    if (!settings.extraSpecialTokens().isEmpty()) {
      ArrayNode extra = roles.putArray("additional_special_tokens");
      settings.extraSpecialTokens().forEach(extra::add);
    }
    return roles;
  }

  private ObjectNode config() {
    ObjectNode config = roles();
    config.put("tokenizer_class", layout.tokenizerClass());
    config.put("clean_up_tokenization_spaces", false);
    layout.putClassSettings(config);
    return config;
  }

  private static void pretty(Path file, JsonNode json) throws IOException {
    text(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(json) + "\n");
  }

  private static void text(Path file, String content) throws IOException {
    Files.write(file, content.getBytes(StandardCharsets.UTF_8));
  }
}
