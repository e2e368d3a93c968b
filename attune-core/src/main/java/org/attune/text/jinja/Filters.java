package org.attune.text.jinja;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Jinja's filters on one value: {@code value | name(arguments)}; those on lists are elsewhere. */
final class Filters {
  private Filters() {}

  static Object apply(String name, Object value, Callable.Arguments in, Scope scope) {
    scope.work(1);
    return switch (name) {
      case "default", "d" -> {
        boolean missing =
            value instanceof Undefined || (in.truth(1, "boolean", false) && !Values.truth(value));
        yield missing ? in.get(0, "default_value", "") : value;
      }
      case "tojson" -> ToJson.of(value, scope, in);
      case "string" -> Values.text(value, scope);
      case "int" -> integer(value, in.get(0, "default", 0L));
      case "float" -> floating(value, in.get(0, "default", 0.0));
      case "abs" ->
          value instanceof Double d ? Math.abs(d) : (Object) Math.abs((Long) number(value));
      case "round" -> round(value, in.integer(0, "precision", 0));
      case "safe" -> value;
      case "length", "count" -> length(value);
      default ->
          ListFilters.knows(name)
              ? ListFilters.apply(name, value, in, scope)
              : text(name, Values.text(value, scope), in, scope);
    };
  }

  private static Object text(String name, String text, Callable.Arguments in, Scope scope) {
    scope.work(text.length() / 16);
    return switch (name) {
      case "trim" -> Strings.strip(text, in.string(0, "chars", null), true, true);
      case "upper" -> Strings.upper(text);
      case "lower" -> Strings.lower(text);
      case "capitalize" -> Strings.capitalize(text);
      case "title" -> title(text);
      case "replace" -> StringMethods.of(text, "replace").call(scope, in);
      case "indent" -> indent(text, in, scope);
      case "wordcount" -> (long) Strings.split(text, null, -1).size();
      case "format" -> format(text, in.positional(), scope);
      case "escape", "e", "forceescape" -> escape(text);
      case "urlencode" ->
          URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20").replace("%2F", "/");
      default -> throw new JinjaException("no filter named '" + name + "'");
    };
  }

  private static Object length(Object value) {
    return value instanceof String text
        ? (Object) (long) Strings.length(text)
        : (Object) (long) Values.items(value).size();
  }

  private static Number number(Object value) {
    if (value instanceof Boolean b) {
      return b ? 1L : 0L;
    }
    if (value instanceof Number number) {
      return number;
    }
    throw new JinjaException("expected a number, got " + Values.typeName(value));
  }

  private static Object integer(Object value, Object otherwise) {
    try {
      if (value instanceof String text) {
        String plain = text.strip().replace("_", "");
        return plain.contains(".") ? (long) Double.parseDouble(plain) : Long.parseLong(plain);
      }
      return value instanceof Number || value instanceof Boolean
          ? number(value).longValue()
          : otherwise;
    } catch (NumberFormatException e) {
      return otherwise;
    }
  }

  private static Object floating(Object value, Object otherwise) {
    try {
      return value instanceof String text
          ? Double.parseDouble(text.strip())
          : value instanceof Number || value instanceof Boolean
              ? number(value).doubleValue()
              : otherwise;
    } catch (NumberFormatException e) {
      return otherwise;
    }
  }

  private static Object round(Object value, long precision) {
    double number = number(value).doubleValue();
    int digits = (int) Math.max(-300, Math.min(300, precision));
    return Double.isFinite(number)
        ? new BigDecimal(number).setScale(digits, RoundingMode.HALF_EVEN).doubleValue()
        : number;
  }

  /** Jinja's own title: a word begins after a space, hyphen or opening bracket. */
  private static String title(String text) {
    StringBuilder title = new StringBuilder();
    boolean start = true;
    for (Object character : Strings.characters(text)) {
      String c = (String) character;
      title.append(start ? Strings.upper(c) : Strings.lower(c));
      start = Strings.isSpace(c.codePointAt(0)) || "-({[<".contains(c);
    }
    return title.toString();
  }

  private static String indent(String text, Callable.Arguments in, Scope scope) {
    Object width = in.get(0, "width", 4L);
    String space =
        width instanceof String s
            ? s
            : " ".repeat((int) Math.max(0, Math.min(1024, in.integer(0, "width", 4))));
    boolean first = in.truth(1, "first", false);
    boolean blank = in.truth(2, "blank", false);
    List<String> lines = text.lines().toList();
    scope.sized(text, text.length() + (long) lines.size() * space.length());
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < lines.size(); i++) {
      boolean indented = i == 0 ? first : blank || !lines.get(i).isEmpty();
      out.append(i == 0 ? "" : "\n").append(indented ? space : "").append(lines.get(i));
    }
    return out.toString();
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("'", "&#39;")
        .replace("\"", "&#34;");
  }

  /** Python's {@code format % values} for {@code %s}, {@code %d}, {@code %r} and {@code %%}. */
  static String format(String format, List<?> values, Scope scope) {
    StringBuilder out = new StringBuilder();
    int next = 0;
    for (int i = 0; i < format.length(); i++) {
      char c = format.charAt(i);
      if (c != '%') {
        out.append(c);
        continue;
      }
      char kind = ++i < format.length() ? format.charAt(i) : ' ';
      if (kind == '%') {
        out.append('%');
      } else if ("sdr".indexOf(kind) < 0 || next == values.size()) {
        throw new JinjaException("cannot format %" + kind + " with " + values.size() + " values");
      } else {
        Object value = values.get(next++);
        Object shown = kind == 'd' ? number(value).longValue() : value;
        out.append(
            kind == 'r' && shown instanceof String
                ? Strings.strip(Values.text(List.of(shown), scope), "[]", true, true)
                : Values.text(shown, scope));
        scope.checkLength(out.length());
      }
    }
    return out.toString();
  }
}
