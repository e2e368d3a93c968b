package org.attune.text.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Jinja's filters on lists, mappings and the characters of strings. */
final class ListFilters {
  private static final Set<String> NAMES =
      Set.of(
          "list",
          "first",
          "last",
          "join",
          "map",
          "select",
          "reject",
          "selectattr",
          "rejectattr",
          "sum",
          "sort",
          "unique",
          "reverse",
          "min",
          "max",
          "items",
          "dictsort",
          "batch");

  private ListFilters() {}

  static boolean knows(String name) {
    return NAMES.contains(name);
  }

  static Object apply(String name, Object value, Callable.Arguments in, Scope scope) {
    if (name.equals("reverse") && value instanceof String text) {
      return new StringBuilder(text).reverse().toString();
    }
    if (name.equals("items") || name.equals("dictsort")) {
      return entries(name, value, scope);
    }
    List<Object> items = Values.items(value);
    scope.work(items.size());
    return switch (name) {
      case "list" -> items;
      case "first" -> items.isEmpty() ? new Undefined("no first item") : items.get(0);
      case "last" -> items.isEmpty() ? new Undefined("no last item") : items.get(items.size() - 1);
      case "join" -> join(items, in, scope);
      case "map" -> map(items, in, scope);
      case "select", "reject", "selectattr", "rejectattr" -> select(name, items, in, scope);
      case "sum" -> sum(items, in, scope);
      case "sort" -> sort(items, in, scope);
      case "unique" -> unique(items, in, scope);
      case "reverse" -> {
        Collections.reverse(items);
        yield items;
      }
      case "min", "max" -> extreme(name, items, in, scope);
      default -> batch(items, in);
    };
  }

  private static List<Object> entries(String name, Object value, Scope scope) {
    if (!(value instanceof Map<?, ?> map)) {
      throw new JinjaException(name + " needs a mapping, got " + Values.typeName(value));
    }
    List<Object> entries = new ArrayList<>();
    map.forEach((key, entry) -> entries.add(Tuple.of(key, entry)));
    if (name.equals("dictsort")) {
      entries.sort(by(item -> folded(((Tuple) item).get(0), false), scope));
    }
    return entries;
  }

  private static String join(List<Object> items, Callable.Arguments in, Scope scope) {
    Object attribute = in.get(1, "attribute", null);
    List<Object> texts = new ArrayList<>();
    long length = 0;
    for (Object item : items) {
      String text = Values.text(attribute == null ? item : part(item, attribute), scope);
      texts.add(text);
      length += text.length();
      scope.checkLength(length);
    }
    return StringMethods.join(in.string(0, "d", ""), texts, scope);
  }

  /** A dotted attribute of an item, numbers being places in a list. */
  private static Object part(Object item, Object attribute) {
    if (attribute instanceof Long) {
      return Attributes.item(item, attribute);
    }
    Object value = item;
    for (Object name : Strings.split((String) attribute, ".", -1)) {
      String key = (String) name;
      value =
          key.matches("\\d{1,9}")
              ? Attributes.item(value, Long.valueOf(key))
              : Attributes.item(value, key);
    }
    return value;
  }

  private static List<Object> map(List<Object> items, Callable.Arguments in, Scope scope) {
    List<Object> mapped = new ArrayList<>();
    if (in.named().containsKey("attribute")) {
      for (Object item : items) {
        Object value = part(item, in.named().get("attribute"));
        mapped.add(value instanceof Undefined ? in.named().getOrDefault("default", value) : value);
      }
      return mapped;
    }
    String filter = in.string(0, "filter", "");
    Callable.Arguments rest = rest(in, 1);
    items.forEach(item -> mapped.add(Filters.apply(filter, item, rest, scope)));
    return mapped;
  }

  private static Callable.Arguments rest(Callable.Arguments in, int from) {
    List<Object> positional = in.positional();
    return new Callable.Arguments(
        positional.subList(Math.min(from, positional.size()), positional.size()), in.named());
  }

  private static List<Object> select(
      String name, List<Object> items, Callable.Arguments in, Scope scope) {
    boolean byAttribute = name.endsWith("attr");
    boolean wanted = name.startsWith("select");
    int place = byAttribute ? 1 : 0;
    List<Object> chosen = new ArrayList<>();
    for (Object item : items) {
      Object value = byAttribute ? part(item, in.required(0, "attribute")) : item;
      boolean holds =
          in.count() > place
              ? Tests.test(in.string(place, "test", ""), value, rest(in, place + 1), scope)
              : Values.truth(value);
      if (holds == wanted) {
        chosen.add(item);
      }
    }
    return chosen;
  }

  private static Object sum(List<Object> items, Callable.Arguments in, Scope scope) {
    Object attribute = in.get(0, "attribute", null);
    Object sum = in.get(1, "start", 0L);
    for (Object item : items) {
      sum = Operators.binary("+", sum, attribute == null ? item : part(item, attribute), scope);
    }
    return sum;
  }

  private static Comparator<Object> by(java.util.function.UnaryOperator<Object> key, Scope scope) {
    return (a, b) -> Values.compare(key.apply(a), key.apply(b), scope);
  }

  /** Strings are ordered and told apart without regard to case, unless that is asked for. */
  private static Object folded(Object value, boolean caseSensitive) {
    return value instanceof String text && !caseSensitive ? Strings.lower(text) : value;
  }

  private static List<Object> sort(List<Object> items, Callable.Arguments in, Scope scope) {
    boolean exact = in.truth(1, "case_sensitive", false);
    Object attribute = in.get(2, "attribute", null);
    Comparator<Object> order =
        by(item -> folded(attribute == null ? item : part(item, attribute), exact), scope);
    items.sort(in.truth(0, "reverse", false) ? order.reversed() : order);
    return items;
  }

  private static List<Object> unique(List<Object> items, Callable.Arguments in, Scope scope) {
    boolean exact = in.truth(0, "case_sensitive", false);
    Object attribute = in.get(1, "attribute", null);
    List<Object> keys = new ArrayList<>();
    List<Object> unique = new ArrayList<>();
    for (Object item : items) {
      Object key = folded(attribute == null ? item : part(item, attribute), exact);
      if (!Operators.contains(keys, key, scope)) {
        keys.add(key);
        unique.add(item);
      }
    }
    return unique;
  }

  private static Object extreme(
      String name, List<Object> items, Callable.Arguments in, Scope scope) {
    Comparator<Object> order =
        by(item -> folded(item, in.truth(0, "case_sensitive", false)), scope);
    return items.isEmpty()
        ? new Undefined("no item in an empty list")
        : name.equals("min") ? Collections.min(items, order) : Collections.max(items, order);
  }

  private static List<Object> batch(List<Object> items, Callable.Arguments in) {
    int size = (int) Math.max(1, Math.min(Integer.MAX_VALUE, in.integer(0, "linecount", 1)));
    List<Object> batches = new ArrayList<>();
    for (int i = 0; i < items.size(); i += size) {
      batches.add(new ArrayList<>(items.subList(i, Math.min(items.size(), i + size))));
      if (size > items.size() - i) {
        break;
      }
    }
    return batches;
  }
}
