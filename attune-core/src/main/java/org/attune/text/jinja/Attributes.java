package org.attune.text.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** {@code value.name}, {@code value[key]} and {@code value[start:stop:step]}. */
final class Attributes {
  private Attributes() {}

  /** Python's attributes come before a mapping's keys. */
  static Object attribute(Object value, String name) {
    if (value instanceof Undefined undefined) {
      throw undefined.failure();
    }
    Object own = own(value, name);
    if (own != null) {
      return own;
    }
    if (value instanceof Map<?, ?> map && map.containsKey(name)) {
      return map.get(name);
    }
    return missing(value, name);
  }

  static Object item(Object value, Object key) {
    if (value instanceof Undefined undefined) {
      throw undefined.failure();
    }
    if (value instanceof Map<?, ?> map && map.containsKey(key)) {
      return map.get(key);
    }
    if (key instanceof Long index && (value instanceof List || value instanceof String)) {
      List<Object> items = Values.items(value);
      long place = index < 0 ? index + items.size() : index;
      if (place >= 0 && place < items.size()) {
        return items.get((int) place);
      }
    }
    if (key instanceof String name) {
      Object own = own(value, name);
      return own == null ? missing(value, name) : own;
    }
    return missing(value, key);
  }

  private static Undefined missing(Object value, Object name) {
    return new Undefined(Values.typeName(value) + " has no element or attribute '" + name + "'");
  }

  /** A namespace's variable or a value's method; null when there is none. */
  private static Object own(Object value, String name) {
    if (value instanceof Values.Namespace namespace) {
      return namespace.attributes().containsKey(name) ? namespace.attributes().get(name) : null;
    }
    if (value instanceof String text) {
      return StringMethods.of(text, name);
    }
    if (value instanceof Map<?, ?> map) {
      return mapping(map, name);
    }
    return value instanceof List<?> list ? list(list, name) : null;
  }

  private static Callable mapping(Map<?, ?> map, String name) {
    return switch (name) {
      case "items" ->
          (scope, arguments) -> {
            List<Object> items = new ArrayList<>();
            map.forEach((key, value) -> items.add(Tuple.of(key, value)));
            return items;
          };
      case "keys" -> (scope, arguments) -> new ArrayList<Object>(map.keySet());
      case "values" -> (scope, arguments) -> new ArrayList<Object>(map.values());
      case "get" ->
          (scope, arguments) -> {
            Object key = arguments.required(0, "key");
            return map.containsKey(key) ? map.get(key) : arguments.get(1, "default", null);
          };
      default -> null;
    };
  }

  private static Callable list(List<?> list, String name) {
    return switch (name) {
      case "count" ->
          (scope, arguments) ->
              list.stream()
                  .filter(item -> Values.equal(item, arguments.required(0, "value"), scope))
                  .count();
      case "index" ->
          (scope, arguments) -> {
            for (int i = 0; i < list.size(); i++) {
              if (Values.equal(list.get(i), arguments.required(0, "value"), scope)) {
                return (long) i;
              }
            }
            throw new JinjaException("the list has no such item");
          };
      default -> null;
    };
  }

  /** Python's slice; null for a bound that is left out. */
  static Object slice(Object value, Object start, Object stop, Object step, Scope scope) {
    if (value instanceof Undefined undefined) {
      throw undefined.failure();
    }
    List<Object> items = Values.items(value);
    scope.work(items.size() / 16);
    long by = step == null ? 1 : whole(step);
    if (by == 0) {
      throw new JinjaException("slice step cannot be zero");
    }
    int size = items.size();
    long from = bound(start, by > 0 ? 0 : size - 1L, size, by);
    long to = bound(stop, by > 0 ? size : -1L, size, by);
    List<Object> chosen = new ArrayList<>();
    for (long i = from; by > 0 ? i < to : i > to; i += by) {
      chosen.add(items.get((int) i));
    }
    if (value instanceof String) {
      StringBuilder text = new StringBuilder();
      chosen.forEach(text::append);
      return text.toString();
    }
    return value instanceof Tuple ? new Tuple(chosen) : chosen;
  }

  private static long bound(Object value, long otherwise, int size, long step) {
    if (value == null) {
      return otherwise;
    }
    long place = whole(value);
    place = place < 0 ? place + size : place;
    return step > 0 ? Math.max(0, Math.min(place, size)) : Math.max(-1, Math.min(place, size - 1L));
  }

  private static long whole(Object value) {
    if (value instanceof Long number && Math.abs(number) < Integer.MAX_VALUE) {
      return number;
    }
    throw new JinjaException("slice bounds must be integers, got " + Values.typeName(value));
  }
}
