package org.attune.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.Predicate;
import java.util.stream.StreamSupport;
import org.attune.AttuneException;

/**
 * A model's config.json: every key is kept, those Attune reads are checked when they are read. A
 * null counts as absent. Immutable.
 */
public final class ConfigJson {
  private static final long MAX_BYTES = 16 << 20;
  private static final int MAX_LABELS = 1 << 20;
  private static final int MAX_DEPTH = 64;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final ObjectNode root;
  private final String file; // its name, for messages

  private ConfigJson(ObjectNode root, String file) {
    this.root = root;
    this.file = file;
  }

  /**
   * Reads a config.json.
   *
   * @throws AttuneException when it is no JSON object, names a key twice, or is absurdly large
   */
  public static ConfigJson read(Path file) {
    try {
      if (!Files.isRegularFile(file)) {
        throw new AttuneException("config: " + file + " is not a regular file");
      }
      if (Files.size(file) > MAX_BYTES) {
        throw new AttuneException(
            "config: "
                + file
                + " has "
                + Files.size(file)
                + " bytes, expected at most "
                + MAX_BYTES);
      }
      return parse(Files.readAllBytes(file), file.toString());
    } catch (IOException e) {
      throw new AttuneException("config: " + file + " could not be read: " + e.getMessage(), e);
    }
  }

  public static ConfigJson parse(String json) {
    return parse(json.getBytes(java.nio.charset.StandardCharsets.UTF_8), "config.json");
  }

  static ConfigJson parse(byte[] json, String where) {
    ObjectNode object = StrictJson.readObject(json, "config", where, MAX_DEPTH);
    checkFinite(object, where);
    return new ConfigJson(object, where.substring(where.lastIndexOf('/') + 1));
  }

  /** 1e400 is JSON, but read as a double it is infinite, and that cannot be written again. */
  private static void checkFinite(JsonNode node, String where) {
    if (node.isFloatingPointNumber() && !Double.isFinite(node.doubleValue())) {
      throw new AttuneException(
          "config: " + where + " holds a number beyond the range of a double");
    }
    node.forEach(child -> checkFinite(child, where));
  }

  // ---- reading

  /** A text that must be there. */
  public String requiredString(String key) {
    return optionalString(key).orElseThrow(() -> missing(key, "a string"));
  }

  public Optional<String> optionalString(String key) {
    return typed(key, JsonNode::isTextual, "a string").map(JsonNode::asText);
  }

  public Optional<Boolean> optionalBoolean(String key) {
    return typed(key, JsonNode::isBoolean, "true or false").map(JsonNode::asBoolean);
  }

  /** A whole number that must be there, in [min, max]. */
  public int requiredInt(String key, int min, int max) {
    return optionalInt(key, min, max)
        .orElseThrow(() -> missing(key, "a whole number from " + min + " to " + max));
  }

  public OptionalInt optionalInt(String key, int min, int max) {
    String expected = "a whole number from " + min + " to " + max;
    Optional<JsonNode> node =
        typed(
            key,
            n ->
                n.isIntegralNumber() && n.canConvertToInt() && n.asInt() >= min && n.asInt() <= max,
            expected);
    return node.isPresent() ? OptionalInt.of(node.get().asInt()) : OptionalInt.empty();
  }

  public OptionalDouble optionalDouble(String key, double min, double max) {
    String expected = "a number from " + min + " to " + max;
    Optional<JsonNode> node =
        typed(key, n -> n.isNumber() && n.asDouble() >= min && n.asDouble() <= max, expected);
    return node.isPresent() ? OptionalDouble.of(node.get().asDouble()) : OptionalDouble.empty();
  }

  /** An object inside this one; empty when the key is absent. */
  public Optional<ConfigJson> object(String key) {
    return typed(key, JsonNode::isObject, "an object")
        .map(n -> new ConfigJson((ObjectNode) n, file));
  }

  /** Whether the key is there, if only as null: families differ in what its absence means. */
  public boolean names(String key) {
    return root.has(key);
  }

  /** A list of texts; empty when the key is absent. */
  public List<String> strings(String key) {
    List<String> values = new ArrayList<>();
    typed(key, ConfigJson::holdsStrings, "a list of strings")
        .ifPresent(list -> list.forEach(value -> values.add(value.asText())));
    return List.copyOf(values);
  }

  private static boolean holdsStrings(JsonNode node) {
    return node.isArray() && all(node, JsonNode::isTextual);
  }

  /** Whole numbers from 0 that may stand alone or in a list; none when the key is absent. */
  public List<Integer> ints(String key) {
    List<Integer> values = new ArrayList<>();
    typed(key, node -> isId(node) || isIdList(node), "a whole number from 0, or a list of them")
        .ifPresent(
            node -> {
              if (node.isArray()) {
                node.forEach(value -> values.add(value.asInt()));
              } else {
                values.add(node.asInt());
              }
            });
    return List.copyOf(values);
  }

  /** Lists of whole numbers from 0; none when the key is absent. */
  public List<List<Integer>> intLists(String key) {
    List<List<Integer>> lists = new ArrayList<>();
    typed(
            key,
            node -> node.isArray() && all(node, ConfigJson::isIdList),
            "a list of lists of whole numbers from 0")
        .ifPresent(
            node ->
                node.forEach(
                    list -> {
                      List<Integer> values = new ArrayList<>();
                      list.forEach(value -> values.add(value.asInt()));
                      lists.add(List.copyOf(values));
                    }));
    return List.copyOf(lists);
  }

  private static boolean isId(JsonNode node) {
    return node.isIntegralNumber() && node.canConvertToInt() && node.asInt() >= 0;
  }

  private static boolean isIdList(JsonNode node) {
    return node.isArray() && all(node, ConfigJson::isId);
  }

  private static boolean all(JsonNode list, Predicate<JsonNode> fits) {
    return StreamSupport.stream(list.spliterator(), false).allMatch(fits);
  }

  /** Texts that may stand alone or in a list; none when the key is absent. */
  public List<String> stringOrStrings(String key) {
    boolean alone = root.path(key).isTextual();
    return alone ? List.of(root.path(key).asText()) : strings(key);
  }

  /** True, false, or a text; empty when the key is absent. */
  public Optional<String> booleanOrString(String key) {
    return typed(key, n -> n.isBoolean() || n.isTextual(), "true, false or a string")
        .map(JsonNode::asText);
  }

  /**
   * How many outputs a classification head has: {@code id2label}, else {@code num_labels}, else 2.
   */
  public int labelCount() {
    int named = typed("id2label", JsonNode::isObject, "an object").map(JsonNode::size).orElse(0);
    return named > 0 ? named : optionalInt("num_labels", 1, MAX_LABELS).orElse(2);
  }

  /** Whether config.json itself names the outputs. */
  public boolean namesLabels() {
    return typed("id2label", JsonNode::isObject, "an object").isPresent();
  }

  /** Names of the outputs in order; {@code LABEL_0}, .. where config.json names none. */
  public List<String> labels() {
    int count = labelCount();
    JsonNode names = root.path("id2label");
    List<String> labels = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      JsonNode name = names.path(Integer.toString(i));
      if (names.isObject() && !names.isEmpty() && name.isMissingNode()) {
        throw new AttuneException(
            "config: id2label has " + count + " entries but none for " + i + " [config.json]");
      }
      labels.add(name.isMissingNode() ? "LABEL_" + i : name.asText());
    }
    return labels;
  }

  /** Type of the weights: {@code dtype}, or {@code torch_dtype} as old versions wrote it. */
  public Optional<String> dtype() {
    return optionalString("dtype").or(() -> optionalString("torch_dtype"));
  }

  private Optional<JsonNode> typed(String key, Predicate<JsonNode> fits, String expected) {
    JsonNode node = root.path(key);
    if (node.isMissingNode() || node.isNull()) {
      return Optional.empty();
    }
    if (!fits.test(node)) {
      String value = node.toString();
      throw new AttuneException(
          "config: "
              + key
              + " is "
              + (value.length() > 60 ? value.substring(0, 60) + ".." : value)
              + ", expected "
              + expected
              + " ["
              + file
              + "]");
    }
    return Optional.of(node);
  }

  private AttuneException missing(String key, String expected) {
    return new AttuneException(
        "config: " + key + " is missing, expected " + expected + " [" + file + "]");
  }

  // ---- changing

  /** A copy with one key set; the value is a string, number, boolean, list or map. */
  public ConfigJson with(String key, Object value) {
    ObjectNode copy = root.deepCopy();
    copy.set(key, JSON.valueToTree(value));
    return new ConfigJson(copy, file);
  }

  /** A copy without one key. */
  public ConfigJson without(String key) {
    ObjectNode copy = root.deepCopy();
    copy.remove(key);
    return new ConfigJson(copy, file);
  }

  /** A copy whose outputs are these. */
  public ConfigJson withLabels(List<String> names) {
    Map<String, String> id2label = new LinkedHashMap<>();
    Map<String, Integer> label2id = new LinkedHashMap<>();
    for (int i = 0; i < names.size(); i++) {
      id2label.put(Integer.toString(i), names.get(i));
      label2id.put(names.get(i), i);
    }
    return with("id2label", id2label).with("label2id", label2id).without("num_labels");
  }

  // ---- writing

  /**
   * As transformers writes it, byte for byte: keys sorted, indented by two, a line end after the
   * last brace.
   */
  public String toJson() {
    return PythonJson.write(root) + "\n";
  }

  public void write(Path file) {
    AtomicFiles.write(file, toJson());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ConfigJson config && root.equals(config.root);
  }

  @Override
  public int hashCode() {
    return root.hashCode();
  }
}
