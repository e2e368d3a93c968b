package org.attune.text.jinja;

import java.util.List;
import java.util.Map;

/** Jinja's tests: {@code value is name(arguments)}. */
final class Tests {
  private Tests() {}

  static boolean test(String name, Object value, Callable.Arguments in, Scope scope) {
    return switch (name) {
      case "defined" -> !(value instanceof Undefined);
      case "undefined" -> value instanceof Undefined;
      case "none" -> value == null;
      case "true" -> Boolean.TRUE.equals(value);
      case "false" -> Boolean.FALSE.equals(value);
      case "boolean" -> value instanceof Boolean;
      case "string" -> value instanceof String;
      case "integer" -> value instanceof Long;
      case "float" -> value instanceof Double;
      case "number" -> value instanceof Number || value instanceof Boolean;
      case "mapping" -> value instanceof Map;
      case "sequence", "iterable" ->
          value instanceof List
              || value instanceof Map
              || value instanceof String
              || value instanceof Undefined;
      case "callable" -> value instanceof Callable;
      case "odd" -> Math.floorMod(whole(value), 2L) == 1;
      case "even" -> Math.floorMod(whole(value), 2L) == 0;
      case "upper" -> value instanceof String text && text.equals(Strings.upper(text));
      case "lower" -> value instanceof String text && text.equals(Strings.lower(text));
      default -> compare(name, value, in, scope);
    };
  }

  private static boolean compare(String name, Object value, Callable.Arguments in, Scope scope) {
    return switch (name) {
      case "eq", "equalto", "==" -> Operators.compare("==", value, in.required(0, "other"), scope);
      case "ne", "!=" -> Operators.compare("!=", value, in.required(0, "other"), scope);
      case "lt", "lessthan", "<" -> Operators.compare("<", value, in.required(0, "other"), scope);
      case "le", "<=" -> Operators.compare("<=", value, in.required(0, "other"), scope);
      case "gt", "greaterthan", ">" ->
          Operators.compare(">", value, in.required(0, "other"), scope);
      case "ge", ">=" -> Operators.compare(">=", value, in.required(0, "other"), scope);
      case "in" -> Operators.contains(in.required(0, "seq"), value, scope);
      case "sameas" ->
          value == in.required(0, "other")
              || (value != null
                  && !(value instanceof List || value instanceof Map)
                  && value.equals(in.required(0, "other")));
      case "divisibleby" -> {
        long by = whole(in.required(0, "num"));
        if (by == 0) {
          throw new JinjaException("division by zero");
        }
        yield whole(value) % by == 0;
      }
      default -> throw new JinjaException("no test named '" + name + "'");
    };
  }

  private static long whole(Object value) {
    if (value instanceof Long number) {
      return number;
    }
    throw new JinjaException("expected an integer, got " + Values.typeName(value));
  }
}
