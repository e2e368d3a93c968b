package org.attune.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.attune.text.PythonText;

/**
 * JSON, byte for byte as Python's {@code json.dumps(value, indent=2, sort_keys=True)} writes it,
 * which is how transformers and PEFT write their configurations: a file that passes through Attune
 * shows no change but the intended one.
 */
final class PythonJson {
  private static final String INDENT = "  ";

  /**
   * Objects whose keys are numbers in transformers, and sorted as such: 10 comes after 9. Those of
   * label2id are strings, even where labels are digits: there 10 comes before 9.
   */
  private static final Set<String> NUMBERED = Set.of("id2label", "pruned_heads");

  private final StringBuilder out = new StringBuilder();

  private PythonJson() {}

  static String write(JsonNode value) {
    PythonJson writer = new PythonJson();
    writer.value("", value, "\n");
    return writer.out.toString();
  }

  /**
   * @param key the value stands under; empty for the whole and for an array's elements
   * @param lineStart line end and indent of the line the value stands in
   */
  private void value(String key, JsonNode value, String lineStart) {
    if (value.isObject()) {
      object(value, lineStart, NUMBERED.contains(key));
    } else if (value.isArray()) {
      array(value, lineStart);
    } else if (value.isTextual()) {
      string(value.asText());
    } else if (value.isFloatingPointNumber()) {
      out.append(number(value.asDouble()));
    } else {
      out.append(value);
    }
  }

  private void object(JsonNode object, String lineStart, boolean numbered) {
    if (object.isEmpty()) {
      out.append("{}");
      return;
    }
    String inner = lineStart + INDENT;
    String separator = "{";
    for (String name : sortedNames(object, numbered)) {
      out.append(separator).append(inner);
      string(name);
      out.append(": ");
      value(name, object.get(name), inner);
      separator = ",";
    }
    out.append(lineStart).append('}');
  }

  private static List<String> sortedNames(JsonNode object, boolean numbered) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    boolean numbers =
        numbered && names.stream().allMatch(name -> name.matches("0|[1-9][0-9]{0,8}"));
    names.sort(
        numbers ? Comparator.comparingInt(Integer::parseInt) : PythonJson::compareCodePoints);
    return names;
  }

  /** Java compares UTF-16 units, which puts emoji before the last of the basic plane. */
  static int compareCodePoints(String a, String b) {
    Iterator<Integer> left = a.codePoints().iterator();
    Iterator<Integer> right = b.codePoints().iterator();
    while (left.hasNext() && right.hasNext()) {
      int order = Integer.compare(left.next(), right.next());
      if (order != 0) {
        return order;
      }
    }
    return Boolean.compare(left.hasNext(), right.hasNext());
  }

  private void array(JsonNode array, String lineStart) {
    if (array.isEmpty()) {
      out.append("[]");
      return;
    }
    String inner = lineStart + INDENT;
    String separator = "[";
    for (JsonNode element : array) {
      out.append(separator).append(inner);
      value("", element, inner);
      separator = ",";
    }
    out.append(lineStart).append(']');
  }

  private void string(String text) {
    PythonText.json(text, true, out);
  }

  static String number(double value) {
    if (Double.isNaN(value)) {
      return "NaN";
    }
    return Double.isInfinite(value)
        ? (value > 0 ? "Infinity" : "-Infinity")
        : PythonText.repr(value);
  }
}
