package org.attune.recipe;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.attune.UsageException;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.error.MarkedYAMLException;

/**
 * A value of a YAML file that knows its line: a text, a list or a map. Scalars stay as they are
 * written; what they mean is for the reader of the key to say.
 *
 * @param where file and line, for messages
 * @param value a String, null, a {@code List<YamlNode>} or a {@code Map<String, YamlNode>}
 */
record YamlNode(String where, Object value) {
  private static final int MAX_BYTES = 1 << 20;
  private static final int MAX_DEPTH = 32;

  static YamlNode read(Path file) {
    try {
      if (!Files.exists(file)) {
        throw new UsageException("recipe: there is no file " + file);
      }
      if (!Files.isRegularFile(file)) {
        throw new UsageException("recipe: " + file + " is a folder, expected a YAML file");
      }
      if (Files.size(file) > MAX_BYTES) {
        throw new UsageException("recipe: " + file + " is larger than a recipe can be (1 MiB)");
      }
      return parse(Files.readString(file), file.toString());
    } catch (CharacterCodingException e) {
      throw new UsageException("recipe: " + file + " is not UTF-8 text", e);
    } catch (IOException e) {
      throw new UsageException("recipe: " + file + " could not be read: " + e.getMessage(), e);
    }
  }

  static YamlNode parse(String yaml, String file) {
    LoaderOptions limits = new LoaderOptions();
    limits.setAllowDuplicateKeys(true); // refused below, in the words of the other messages
    limits.setMaxAliasesForCollections(0);
    limits.setNestingDepthLimit(MAX_DEPTH);
    YAMLFactory factory = YAMLFactory.builder().loaderOptions(limits).build();
    try (YAMLParser parser = factory.createParser(yaml)) {
      if (parser.nextToken() == null) {
        throw new RecipeMistake(file, "is empty, expected a recipe");
      }
      return value(parser, file, 0);
    } catch (JsonProcessingException e) {
      throw notYaml(file, e);
    } catch (IOException e) {
      throw new RecipeMistake(file, "could not be read: " + e.getMessage(), e);
    }
  }

  /** The scanner's own complaint and line; Jackson's are of the token before. */
  private static RecipeMistake notYaml(String file, JsonProcessingException e) {
    String reason = e.getOriginalMessage().lines().findFirst().orElse("");
    JsonLocation at = e.getLocation();
    int line = at == null ? 1 : at.getLineNr();
    if (e.getCause() instanceof MarkedYAMLException marked && marked.getProblemMark() != null) {
      reason = marked.getProblem();
      line = marked.getProblemMark().getLine() + 1;
    }
    return new RecipeMistake(file + ":" + line, "not valid YAML: " + reason, e);
  }

  private static YamlNode value(YAMLParser parser, String file, int depth) throws IOException {
    String where = file + ":" + parser.currentTokenLocation().getLineNr();
    if (parser.isCurrentAlias()) {
      throw new RecipeMistake(where, "aliases (*name) are not read in recipes; write it out");
    }
    if (depth > MAX_DEPTH) {
      throw new RecipeMistake(where, "nested more than " + MAX_DEPTH + " deep");
    }
    JsonToken token = parser.currentToken();
    if (token == JsonToken.START_OBJECT) {
      return new YamlNode(where, map(parser, file, depth));
    }
    if (token == JsonToken.START_ARRAY) {
      List<YamlNode> list = new ArrayList<>();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        list.add(value(parser, file, depth + 1));
      }
      return new YamlNode(where, list);
    }
    return new YamlNode(where, token == JsonToken.VALUE_NULL ? null : parser.getText());
  }

  private static Map<String, YamlNode> map(YAMLParser parser, String file, int depth)
      throws IOException {
    Map<String, YamlNode> map = new LinkedHashMap<>();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      String where = file + ":" + parser.currentTokenLocation().getLineNr();
      parser.nextToken();
      YamlNode node = value(parser, file, depth + 1);
      if (map.putIfAbsent(name, new YamlNode(where, node.value)) != null) {
        throw new RecipeMistake(where, "key '" + name + "' is given twice");
      }
    }
    return map;
  }

  /** As plain maps, lists and texts; a null is "". */
  Object plain() {
    if (value instanceof Map) {
      Map<String, Object> plain = new LinkedHashMap<>();
      asMap("").forEach((key, node) -> plain.put(key, node.plain()));
      return plain;
    }
    if (value instanceof List<?> list) {
      return list.stream().map(item -> ((YamlNode) item).plain()).toList();
    }
    return value == null ? "" : value;
  }

  @SuppressWarnings("unchecked") // value() makes no other maps
  Map<String, YamlNode> asMap(String key) {
    if (value instanceof Map) {
      return (Map<String, YamlNode>) value;
    }
    throw new RecipeMistake(where, "'" + key + "' must have keys below it");
  }

  /** Sets a value by its path, {@code a.b.c=value}; what was there before is replaced. */
  void set(String assignment) {
    int equals = assignment.indexOf('=');
    if (equals < 1) {
      throw new RecipeMistake("--set " + assignment, "expected key=value");
    }
    String[] path = assignment.substring(0, equals).split("\\.", -1);
    String where = "--set " + assignment;
    String written = assignment.substring(equals + 1).strip();
    if (written.isEmpty() || written.startsWith("#")) {
      throw new RecipeMistake(
          where, "no value after '='; null takes the key away, so that its default holds");
    }
    Map<String, YamlNode> at = asMap("recipe");
    for (int i = 0; i < path.length - 1; i++) {
      YamlNode below = at.get(path[i]);
      if (below == null || !(below.value instanceof Map)) {
        below = new YamlNode(where, new LinkedHashMap<String, YamlNode>());
        at.put(path[i], below);
      }
      at = below.asMap(path[i]);
    }
    YamlNode parsed = parse(written, where);
    at.put(path[path.length - 1], new YamlNode(where, parsed.value));
  }
}
