package org.attune.text.jinja;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.attune.text.PythonText;

/** The filter {@code tojson}: Python's {@code json.dumps}, as transformers calls it. */
final class ToJson {
  private final StringBuilder out = new StringBuilder();
  private final Scope scope;
  private final boolean ascii;
  private final boolean sortKeys;
  private final String indent; // null for all on one line
  private final String itemSeparator;
  private final String keySeparator;

  private ToJson(Scope scope, Callable.Arguments in) {
    this.scope = scope;
    ascii = in.truth(0, "ensure_ascii", false);
    Object width = in.get(1, "indent", null);
    indent =
        width == null
            ? null
            : width instanceof String text
                ? text
                : " ".repeat((int) Math.max(0, Math.min(64, in.integer(1, "indent", 0))));
    sortKeys = in.truth(3, "sort_keys", false);
    List<Object> separators =
        in.get(2, "separators", null) instanceof List<?> two && two.size() == 2
            ? Values.items(two)
            : List.of(indent == null ? ", " : ",", ": ");
    itemSeparator = Values.text(separators.get(0), scope);
    keySeparator = Values.text(separators.get(1), scope);
  }

  static String of(Object value, Scope scope, Callable.Arguments in) {
    ToJson json = new ToJson(scope, in);
    json.value(value, 0);
    return json.out.toString();
  }

  private void value(Object value, int depth) {
    scope.work(1);
    scope.checkLength(out.length());
    if (value == null) {
      out.append("null");
    } else if (value instanceof Boolean || value instanceof Long) {
      out.append(value);
    } else if (value instanceof Double number) {
      out.append(Double.isFinite(number) ? Values.floating(number) : special(number));
    } else if (value instanceof String text) {
      string(text);
    } else if (value instanceof List<?> list) {
      items('[', ']', list, depth, item -> value(item, depth + 1));
    } else if (value instanceof Map<?, ?> map) {
      Map<?, ?> entries = sortKeys ? new TreeMap<Object, Object>(map) : map;
      items(
          '{',
          '}',
          entries.entrySet(),
          depth,
          entry -> {
            string(Values.text(entry.getKey(), scope));
            out.append(keySeparator);
            value(entry.getValue(), depth + 1);
          });
    } else if (value instanceof Undefined undefined) {
      throw undefined.failure();
    } else {
      throw new JinjaException(Values.typeName(value) + " has no JSON");
    }
  }

  private static String special(double number) {
    return Double.isNaN(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity";
  }

  private <T> void items(
      char open,
      char close,
      java.util.Collection<T> items,
      int depth,
      java.util.function.Consumer<T> write) {
    out.append(open);
    String separator = "";
    for (T item : items) {
      out.append(separator);
      line(depth + 1);
      write.accept(item);
      separator = itemSeparator;
    }
    if (!items.isEmpty()) {
      line(depth);
    }
    out.append(close);
  }

  private void line(int depth) {
    if (indent != null) {
      scope.checkLength(out.length() + (long) indent.length() * depth);
      out.append('\n').append(indent.repeat(depth));
    }
  }

  private void string(String text) {
    scope.sized(text, out.length() + (long) text.length());
    PythonText.json(text, ascii, out);
  }
}
