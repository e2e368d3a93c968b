package org.attune.text.jinja;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.attune.text.PythonText;

/** Python's truth, text, equality and order of values. */
final class Values {
  private Values() {}

  /** A variable that {@code namespace(...)} makes: the only value a template can change. */
  record Namespace(Map<String, Object> attributes) {}

  static boolean truth(Object value) {
    if (value == null || value instanceof Undefined) {
      return false;
    }
    if (value instanceof Boolean b) {
      return b;
    }
    if (value instanceof Number number) {
      return number.doubleValue() != 0;
    }
    if (value instanceof String text) {
      return !text.isEmpty();
    }
    if (value instanceof List<?> list) {
      return !list.isEmpty();
    }
    return !(value instanceof Map<?, ?> map) || !map.isEmpty();
  }

  static String typeName(Object value) {
    return value == null
        ? "None"
        : value instanceof Boolean
            ? "a boolean"
            : value instanceof Long
                ? "an integer"
                : value instanceof Double
                    ? "a float"
                    : value instanceof String
                        ? "a string"
                        : value instanceof List
                            ? "a list"
                            : value instanceof Map ? "a mapping" : "an object";
  }

  /** What {@code {{ value }}} prints. */
  static String text(Object value, Scope scope) {
    if (value instanceof String text) {
      return text;
    }
    if (value instanceof Undefined) {
      return "";
    }
    StringBuilder out = new StringBuilder();
    append(value, out, scope);
    return out.toString();
  }

  private static void append(Object value, StringBuilder out, Scope scope) {
    scope.work(1);
    scope.checkLength(out.length());
    if (value == null) {
      out.append("None");
    } else if (value instanceof Boolean b) {
      out.append(b ? "True" : "False");
    } else if (value instanceof Double number) {
      out.append(floating(number));
    } else if (value instanceof String text) {
      quote(text, out);
    } else if (value instanceof List<?> list) {
      boolean tuple = value instanceof Tuple;
      out.append(tuple ? '(' : '[');
      String separator = "";
      for (Object item : list) {
        append(item, out.append(separator), scope);
        separator = ", ";
      }
      out.append(tuple && list.size() == 1 ? "," : "").append(tuple ? ')' : ']');
    } else if (value instanceof Map<?, ?> map) {
      out.append('{');
      String separator = "";
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        append(entry.getKey(), out.append(separator), scope);
        append(entry.getValue(), out.append(": "), scope);
        separator = ", ";
      }
      out.append('}');
    } else if (value instanceof Undefined) {
      out.append("Undefined");
    } else {
      out.append(value instanceof Long ? value.toString() : "<" + typeName(value) + ">");
    }
  }

  private static void quote(String text, StringBuilder out) {
    char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
    out.append(quote);
    text.codePoints()
        .forEach(
            c -> {
              if (c == quote || c == '\\') {
                out.append('\\').append((char) c);
              } else if (c == '\n' || c == '\t' || c == '\r') {
                out.append('\\').append(c == '\n' ? 'n' : c == '\t' ? 't' : 'r');
              } else if (Character.isISOControl(c) || c == 0xA0 || c == 0xAD) {
                out.append(String.format("\\x%02x", c));
              } else {
                out.appendCodePoint(c);
              }
            });
    out.append(quote);
  }

  /** Python's repr of a float: the shortest decimal that reads as the same number. */
  static String floating(double number) {
    if (Double.isNaN(number) || Double.isInfinite(number)) {
      return Double.isNaN(number) ? "nan" : number > 0 ? "inf" : "-inf";
    }
    return PythonText.repr(number);
  }

  static boolean equal(Object a, Object b, Scope scope) {
    scope.work(1);
    Object left = a instanceof Boolean x ? (Long) (x ? 1L : 0L) : a;
    Object right = b instanceof Boolean y ? (Long) (y ? 1L : 0L) : b;
    if (left == null || right == null || left == right) {
      return left == right;
    }
    if (left instanceof Number x && right instanceof Number y) {
      return (left instanceof Long && right instanceof Long)
          ? x.equals(y)
          : x.doubleValue() == y.doubleValue();
    }
    if (left instanceof List<?> x && right instanceof List<?> y) {
      boolean sameKind = (left instanceof Tuple) == (right instanceof Tuple);
      return sameKind && equalItems(x, y, scope);
    }
    if (left instanceof Map<?, ?> x && right instanceof Map<?, ?> y) {
      return x.size() == y.size()
          && x.entrySet().stream()
              .allMatch(
                  e -> y.containsKey(e.getKey()) && equal(e.getValue(), y.get(e.getKey()), scope));
    }
    return left instanceof Undefined ? right instanceof Undefined : left.equals(right);
  }

  private static boolean equalItems(List<?> a, List<?> b, Scope scope) {
    if (a.size() != b.size()) {
      return false;
    }
    Iterator<?> other = b.iterator();
    for (Object item : a) {
      if (!equal(item, other.next(), scope)) {
        return false;
      }
    }
    return true;
  }

  /** Negative, zero or positive; numbers with numbers, strings with strings, lists item by item. */
  static int compare(Object a, Object b, Scope scope) {
    scope.work(1);
    Object left = a instanceof Boolean x ? (Long) (x ? 1L : 0L) : a;
    Object right = b instanceof Boolean y ? (Long) (y ? 1L : 0L) : b;
    if (left instanceof Long x && right instanceof Long y) {
      return Long.compare(x, y);
    }
    if (left instanceof Number x && right instanceof Number y) {
      return Double.compare(x.doubleValue(), y.doubleValue());
    }
    if (left instanceof String x && right instanceof String y) {
      return java.util.Arrays.compare(x.codePoints().toArray(), y.codePoints().toArray());
    }
    if (left instanceof List<?> x && right instanceof List<?> y) {
      for (int i = 0; i < Math.min(x.size(), y.size()); i++) {
        if (!equal(x.get(i), y.get(i), scope)) {
          return compare(x.get(i), y.get(i), scope);
        }
      }
      return Integer.compare(x.size(), y.size());
    }
    throw new JinjaException("cannot order " + typeName(a) + " and " + typeName(b));
  }

  /** What a loop over a value gives. */
  static List<Object> items(Object value) {
    if (value instanceof List<?> list) {
      return new ArrayList<>(list);
    }
    if (value instanceof Map<?, ?> map) {
      return new ArrayList<>(map.keySet());
    }
    if (value instanceof String text) {
      return Strings.characters(text);
    }
    if (value instanceof Undefined) {
      return List.of();
    }
    throw new JinjaException("cannot loop over " + typeName(value));
  }
}
