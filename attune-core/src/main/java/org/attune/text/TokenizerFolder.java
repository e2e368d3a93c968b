package org.attune.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
 * @param warnings what the files carried that is not applied, one line each
 * @param others small files to carry along when saving, by name
 */
@SuppressWarnings("ArrayRecordComponent") // package-private; the array is never changed
record TokenizerFolder(
    Path source,
    byte[] json,
    TokenizerFile file,
    JsonNode settings,
    List<String> warnings,
    Map<String, byte[]> others) {

  private static final String NAMED_TEMPLATES = "additional_chat_templates";
  private static final String JINJA = ".jinja";

  /** Small files that say the same as tokenizer.json, or what it does not say. */
  private static final String[] CARRIED = {
    "vocab.txt",
    "vocab.json",
    "merges.txt",
    "spiece.model",
    "tokenizer.model",
    "special_tokens_map.json",
    "chat_template.jinja"
  };

  /** Reads a folder, or a vocabulary file alone. */
  static TokenizerFolder read(Path path) {
    Path folder = Files.isRegularFile(path) ? path.toAbsolutePath().getParent() : path;
    Path tokenizerJson = path.equals(folder) ? folder.resolve("tokenizer.json") : path;
    ObjectNode settings = TokenizerSettings.read(folder);
    Map<String, byte[]> others = new LinkedHashMap<>();
    for (String name : CARRIED) {
      Path other = folder.resolve(name);
      if (Files.isRegularFile(other)) {
        others.put(name, TokenizerSettings.bytes(other));
      }
    }
    others.putAll(namedTemplates(folder));
    if (tokenizerJson.endsWith("tokenizer.json") && Files.exists(tokenizerJson)) {
      return ofTokenizerJson(tokenizerJson, settings, others);
    }
    Path vocabulary =
        SlowFolders.find(path)
            .orElseThrow(
                () ->
                    new AttuneException(
                        "text: no tokenizer in "
                            + path
                            + ": looked for "
                            + SlowFolders.FILES
                            + ", found "
                            + listing(folder)
                            + "; copy the tokenizer's files beside the model's"));
    if (!settings.hasNonNull("tokenizer_class")) {
      TokenizerSettings.classByModel(folder).ifPresent(c -> settings.put("tokenizer_class", c));
    }
    SlowFolder slow = SlowFolders.convert(vocabulary, settings);
    TokenizerFile file = TokenizerFile.read(slow.json(), vocabulary.toString());
    return new TokenizerFolder(
        vocabulary, slow.json(), file, slow.settings(), file.warnings(), others);
  }

  /** The vocabulary of a GGUF file, which stands for a folder's files. */
  static TokenizerFolder of(GgufVocabulary vocabulary) {
    SlowFolder made = GgufFolder.convert(vocabulary);
    TokenizerFile file = TokenizerFile.read(made.json(), vocabulary.source());
    return new TokenizerFolder(
        Path.of(vocabulary.source()),
        made.json(),
        file,
        made.settings(),
        file.warnings(),
        Map.of());
  }

  /** Chat templates beside the default one, each in a file called after it. */
  private static Map<String, byte[]> namedTemplates(Path folder) {
    Map<String, byte[]> templates = new LinkedHashMap<>();
    try (Stream<Path> files = Files.list(folder.resolve(NAMED_TEMPLATES))) {
      files
          .filter(file -> file.toString().endsWith(JINJA) && Files.isRegularFile(file))
          .sorted()
          .forEach(
              file ->
                  templates.put(
                      NAMED_TEMPLATES + "/" + file.getFileName(), TokenizerSettings.bytes(file)));
    } catch (IOException e) {
      return Map.of(); // no such folder
    }
    return templates;
  }

  private static TokenizerFolder ofTokenizerJson(
      Path source, JsonNode settings, Map<String, byte[]> others) {
    byte[] json = TokenizerSettings.bytes(source);
    TokenizerFile file = TokenizerFile.read(json, source.toString());
    List<String> warnings = new ArrayList<>(file.warnings());
    Optional<BertNormalization> own = BertNormalization.ofNormalizer(file.normalizer());
    Optional<BertNormalization> asked = BertNormalization.ofSettings(settings);
    if (own.isPresent() && asked.isPresent() && !own.equals(asked)) {
      warnings.add(
          "tokenizer_config.json stands for "
              + asked.get()
              + ", tokenizer.json for "
              + own.get()
              + "; the former is applied, as transformers does");
      try {
        json = TokenizerFile.with(asked.get(), json);
      } catch (IOException e) {
        throw new AttuneException("text: " + source + " could not be read: " + e.getMessage(), e);
      }
    }
    return new TokenizerFolder(source, json, file, settings, List.copyOf(warnings), others);
  }

  SpecialTokens specialTokens() {
    return SpecialTokens.of(settings, file.addedTokens());
  }

  /**
   * Whether decoding removes spaces before punctuation. Never for BPE, whatever the settings say:
   * its texts have spaces where they belong (transformers 5 does the same).
   */
  boolean cleansUpSpaces() {
    return settings.path("clean_up_tokenization_spaces").asBoolean(false)
        && !file.modelType().equals("BPE");
  }

  /**
   * Whether the model tells a pair's texts apart by type ids: as {@code model_input_names} says,
   * else by class and model. Templates carry type ids for tokenizers of either sort.
   */
  boolean hasSegments() {
    JsonNode inputs = settings.path("model_input_names");
    if (inputs.isArray()) {
      return inputs.toString().contains("\"token_type_ids\"");
    }
    return TokenizerClass.of(settings)
        .filter(kind -> kind != TokenizerClass.GENERIC)
        .map(kind -> kind == TokenizerClass.BERT)
        .orElse(!file.modelType().equals("BPE"));
  }

  /**
   * The chat template of this name: a file goes before tokenizer_config.json's {@code
   * chat_template}, which is a text or a list of named ones.
   */
  Optional<String> chatTemplate(String name) {
    byte[] file =
        others.get(
            name.equals("default")
                ? "chat_template" + JINJA
                : NAMED_TEMPLATES + "/" + name + JINJA);
    if (file != null) {
      return Optional.of(new String(file, StandardCharsets.UTF_8));
    }
    JsonNode template = settings.path("chat_template");
    if (template.isTextual()) {
      return name.equals("default") ? Optional.of(template.asText()) : Optional.empty();
    }
    for (JsonNode named : template) {
      if (named.path("name").asText().equals(name)) {
        return Optional.of(named.path("template").asText());
      }
    }
    return Optional.empty();
  }

  /** {@code model_max_length} where it is a real limit; transformers writes 1e30 for "none". */
  int modelMaxLength() {
    double limit = settings.path("model_max_length").asDouble(Integer.MAX_VALUE);
    return limit >= 1 && limit < Integer.MAX_VALUE ? (int) limit : Integer.MAX_VALUE;
  }

  /** Writes the files, each whole or not at all. */
  void save(Path target) throws IOException {
    write(target.resolve("tokenizer.json"), TokenizerFile.withoutLengthSettings(json));
    write(target.resolve("tokenizer_config.json"), pretty(config()));
    // Older releases of transformers read the roles from here.
    ObjectNode roles = JsonNodeFactory.instance.objectNode();
    specialTokens().putMissingInto(roles);
    write(target.resolve("special_tokens_map.json"), pretty(roles));
    for (Map.Entry<String, byte[]> other : others.entrySet()) {
      write(target.resolve(other.getKey()), other.getValue());
    }
  }

  private static void write(Path file, byte[] content) throws IOException {
    WholeFile.write(file, out -> out.write(content));
  }

  private static byte[] pretty(JsonNode json) throws IOException {
    String text = new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(json);
    return (text + "\n").getBytes(StandardCharsets.UTF_8);
  }

  /**
   * tokenizer_config.json, completed where it leaves transformers to guess. Without a class it
   * would guess by the model's type, and a BertTokenizer ignores most of tokenizer.json; the
   * generic class does what the file says.
   */
  private ObjectNode config() {
    ObjectNode config =
        settings instanceof ObjectNode object
            ? object.deepCopy()
            : JsonNodeFactory.instance.objectNode();
    if (!config.hasNonNull("tokenizer_class")) {
      config.put("tokenizer_class", "PreTrainedTokenizerFast");
      if (file.modelType().equals("WordPiece") && !config.has("model_input_names")) {
        // The generic class would leave out the segments of a pair.
        config
            .putArray("model_input_names")
            .add("input_ids")
            .add("token_type_ids")
            .add("attention_mask");
      }
      specialTokens().putMissingInto(config);
    }
    return config;
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
