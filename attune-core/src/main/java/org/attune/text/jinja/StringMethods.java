package org.attune.text.jinja;

import java.util.List;
import java.util.stream.Collectors;

/** The methods of Python's strings that templates use. */
final class StringMethods {
  private StringMethods() {}

  /** The method of this name; null when there is none. */
  static Callable of(String text, String name) {
    return switch (name) {
      case "strip" -> (scope, in) -> Strings.strip(text, in.string(0, "chars", null), true, true);
      case "lstrip" -> (scope, in) -> Strings.strip(text, in.string(0, "chars", null), true, false);
      case "rstrip" -> (scope, in) -> Strings.strip(text, in.string(0, "chars", null), false, true);
      case "upper" -> (scope, in) -> Strings.upper(text);
      case "lower" -> (scope, in) -> Strings.lower(text);
      case "title" -> (scope, in) -> Strings.title(text);
      case "capitalize" -> (scope, in) -> Strings.capitalize(text);
      case "split" ->
          (scope, in) ->
              scope.sized(
                  Strings.split(text, in.string(0, "sep", null), in.integer(1, "maxsplit", -1)),
                  text.length());
      case "splitlines" -> (scope, in) -> List.copyOf(text.lines().toList());
      case "join" -> (scope, in) -> join(text, in.required(0, "iterable"), scope);
      case "replace" ->
          (scope, in) -> replace(text, in.string(0, "old", ""), in.string(1, "new", ""), in, scope);
      case "removeprefix" ->
          (scope, in) ->
              text.startsWith(in.string(0, "prefix", ""))
                  ? text.substring(in.string(0, "prefix", "").length())
                  : text;
      case "removesuffix" ->
          (scope, in) ->
              text.endsWith(in.string(0, "suffix", ""))
                  ? text.substring(0, text.length() - in.string(0, "suffix", "").length())
                  : text;
      default -> question(text, name);
    };
  }

  private static Callable question(String text, String name) {
    return switch (name) {
      case "startswith" -> (scope, in) -> anyOf(in.required(0, "prefix"), text::startsWith);
      case "endswith" -> (scope, in) -> anyOf(in.required(0, "suffix"), text::endsWith);
      case "find" -> (scope, in) -> place(text, text.indexOf(in.string(0, "sub", "")));
      case "rfind" -> (scope, in) -> place(text, text.lastIndexOf(in.string(0, "sub", "")));
      case "count" -> (scope, in) -> (long) Strings.count(text, in.string(0, "sub", ""));
      case "isdigit" -> (scope, in) -> all(text, Character::isDigit);
      case "isalpha" -> (scope, in) -> all(text, Character::isLetter);
      case "isalnum" -> (scope, in) -> all(text, Character::isLetterOrDigit);
      case "isspace" -> (scope, in) -> all(text, Strings::isSpace);
      case "isupper" ->
          (scope, in) -> text.equals(Strings.upper(text)) && !text.equals(Strings.lower(text));
      case "islower" ->
          (scope, in) -> text.equals(Strings.lower(text)) && !text.equals(Strings.upper(text));
      default -> null;
    };
  }

  static String join(String separator, Object items, Scope scope) {
    List<Object> parts = Values.items(items);
    long length = 0;
    for (Object part : parts) {
      if (!(part instanceof String text)) {
        throw new JinjaException("join needs strings, got " + Values.typeName(part));
      }
      length += text.length() + (long) separator.length();
      scope.checkLength(length);
    }
    scope.work(length / 16);
    return parts.stream().map(String.class::cast).collect(Collectors.joining(separator));
  }

  private static String replace(
      String text, String from, String to, Callable.Arguments in, Scope scope) {
    long most = in.integer(2, "count", -1);
    scope.sized(text, text.length() + (long) Strings.count(text, from) * to.length());
    if (most < 0) {
      return text.replace(from, to);
    }
    String rest = text;
    StringBuilder out = new StringBuilder();
    for (int at = rest.indexOf(from); at >= 0 && most > 0; at = rest.indexOf(from), most--) {
      scope.work(1);
      out.append(rest, 0, at).append(to);
      rest = rest.substring(at + from.length());
      if (from.isEmpty()) {
        break;
      }
    }
    return out.append(rest).toString();
  }

  private static boolean anyOf(Object wanted, java.util.function.Predicate<String> test) {
    return wanted instanceof Tuple several
        ? several.stream().anyMatch(one -> anyOf(one, test))
        : wanted instanceof String text && test.test(text);
  }

  private static long place(String text, int index) {
    return index < 0 ? -1 : text.codePointCount(0, index);
  }

  private static boolean all(String text, java.util.function.IntPredicate test) {
    return !text.isEmpty() && text.codePoints().allMatch(test);
  }
}
