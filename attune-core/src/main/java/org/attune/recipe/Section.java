package org.attune.recipe;

import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.attune.NearNames;
import org.attune.UsageException;

/** Keys of one part of a recipe, read one by one; what nobody asked for is a mistake. */
final class Section {
  private final String path;
  private final String where;
  private final Map<String, YamlNode> keys;
  private final Set<String> known = new LinkedHashSet<>();

  Section(String path, YamlNode node) {
    this.path = path;
    this.where = node.where();
    this.keys = node.asMap(path.isEmpty() ? "recipe" : path);
  }

  String where() {
    return where;
  }

  /** The keys that are there, in their order. */
  List<String> keys() {
    return List.copyOf(keys.keySet());
  }

  /** All of it, as plain maps, lists and texts. */
  Map<String, Object> plain() {
    Map<String, Object> plain = new LinkedHashMap<>();
    keys.forEach((key, node) -> plain.put(key, node.plain()));
    return plain;
  }

  private String full(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  Optional<YamlNode> node(String key) {
    known.add(key);
    return Optional.ofNullable(keys.get(key)).filter(node -> node.value() != null);
  }

  Optional<Section> section(String key) {
    return node(key).map(node -> new Section(full(key), node));
  }

  Section required(String key) {
    return section(key).orElseThrow(() -> missing(key));
  }

  Optional<String> text(String key) {
    return node(key)
        .map(
            node -> {
              if (node.value() instanceof String text) {
                return text;
              }
              throw new RecipeMistake(node.where(), "'" + full(key) + "' must be one value");
            });
  }

  String requiredText(String key) {
    return text(key).orElseThrow(() -> missing(key));
  }

  private RecipeMistake missing(String key) {
    return new RecipeMistake(where, "'" + full(key) + "' is missing");
  }

  /** One of several words. */
  String choice(String key, String otherwise, List<String> allowed) {
    String value = text(key).orElse(otherwise);
    if (!allowed.contains(value)) {
      throw wrong(
          key, value, "one of " + String.join(", ", allowed) + NearNames.hint(value, allowed));
    }
    return value;
  }

  int integer(String key, int otherwise, int min, int max) {
    Optional<String> text = text(key);
    if (text.isEmpty()) {
      return otherwise;
    }
    String expected = "a whole number from " + min + " to " + max;
    try {
      int value = Integer.parseInt(text.get().replace("_", ""));
      if (value >= min && value <= max) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Falls through to the message, which says what was expected.
    }
    throw wrong(key, text.get(), expected);
  }

  double number(String key, double otherwise, double min, double max) {
    Optional<String> text = text(key);
    if (text.isEmpty()) {
      return otherwise;
    }
    try {
      double value = Double.parseDouble(text.get());
      if (value >= min && value <= max) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Falls through to the message, which says what was expected.
    }
    String range =
        max == Double.POSITIVE_INFINITY
            ? "of at least " + plain(min)
            : "from " + plain(min) + " to " + plain(max);
    throw wrong(key, text.get(), "a number " + range);
  }

  /** 1 and not 1.0. */
  private static String plain(double bound) {
    return BigDecimal.valueOf(bound).stripTrailingZeros().toPlainString();
  }

  /** A word that its own class understands. */
  <T> T parsed(String key, String otherwise, Function<String, T> parser, String expected) {
    String value = text(key).orElse(otherwise);
    try {
      return parser.apply(value);
    } catch (UsageException e) {
      throw wrong(key, value, expected);
    }
  }

  boolean flag(String key, boolean otherwise) {
    String value = choice(key, Boolean.toString(otherwise), List.of("true", "false"));
    return value.equals("true");
  }

  List<String> texts(String key) {
    return node(key)
        .map(
            node -> {
              if (node.value() instanceof List<?> list) {
                return list.stream()
                    .map(item -> String.valueOf(((YamlNode) item).value()))
                    .toList();
              }
              throw new RecipeMistake(node.where(), "'" + full(key) + "' must be a list");
            })
        .orElse(List.of());
  }

  /** A list of whole numbers; empty where the key is not there. */
  List<Integer> integers(String key, int min, int max) {
    return texts(key).stream()
        .map(
            text -> {
              try {
                int value = Integer.parseInt(text);
                if (value >= min && value <= max) {
                  return value;
                }
              } catch (NumberFormatException e) {
                // Falls through to the message, which says what was expected.
              }
              throw wrong(key, text, "whole numbers from " + min + " to " + max);
            })
        .toList();
  }

  /** A list of so many numbers. */
  List<Double> numbers(String key, int count) {
    List<String> texts = texts(key);
    try {
      List<Double> numbers = texts.stream().map(Double::parseDouble).toList();
      if (numbers.size() == count) {
        return numbers;
      }
    } catch (NumberFormatException e) {
      // Falls through to the message, which says what was expected.
    }
    throw wrong(key, String.join(", ", texts), "a list of " + count + " numbers");
  }

  /** A list of parts, each with keys of its own. */
  List<Section> sections(String key) {
    return node(key)
        .map(
            node -> {
              if (node.value() instanceof List<?> list) {
                return list.stream().map(item -> new Section(full(key), (YamlNode) item)).toList();
              }
              throw new RecipeMistake(node.where(), "'" + full(key) + "' must be a list");
            })
        .orElse(List.of());
  }

  Map<String, String> textMap(String key) {
    Map<String, String> map = new LinkedHashMap<>();
    node(key)
        .ifPresent(
            node ->
                node.asMap(full(key))
                    .forEach((name, item) -> map.put(name, String.valueOf(item.value()))));
    return map;
  }

  RecipeMistake wrong(String key, String value, String expected) {
    return new RecipeMistake(
        keys.get(key).where(), "'" + full(key) + "' is '" + value + "', expected " + expected);
  }

  /** Passes on a complaint of a record about its values, with the place. */
  <T> T locate(Supplier<T> record) {
    try {
      return record.get();
    } catch (RecipeMistake e) {
      throw e; // has a line of its own, nearer than this section's
    } catch (UsageException e) {
      throw new RecipeMistake(where, e.getMessage(), e);
    }
  }

  /** Refuses keys that were never asked for. */
  void finish() {
    for (Map.Entry<String, YamlNode> entry : keys.entrySet()) {
      if (!known.contains(entry.getKey())) {
        throw new RecipeMistake(
            entry.getValue().where(),
            "unknown key '" + full(entry.getKey()) + "'" + NearNames.hint(entry.getKey(), known));
      }
    }
  }
}
