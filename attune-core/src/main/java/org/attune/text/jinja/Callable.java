package org.attune.text.jinja;

import java.util.List;
import java.util.Map;

/**
 * Something a template can call: a macro, a method of a value, or one of the few global functions.
 */
interface Callable {
  Object call(Scope scope, Arguments arguments);

  /**
   * What it is called with.
   *
   * @param positional in order
   * @param named by name
   */
  record Arguments(List<Object> positional, Map<String, Object> named) {
    int count() {
      return positional.size();
    }

    /** An argument by place or name, or its default. */
    Object get(int place, String name, Object otherwise) {
      return place < positional.size()
          ? positional.get(place)
          : named.getOrDefault(name, otherwise);
    }

    String string(int place, String name, String otherwise) {
      Object value = get(place, name, otherwise);
      if (value == null || value instanceof String) {
        return (String) value;
      }
      throw new JinjaException(name + " is " + Values.typeName(value) + ", expected a string");
    }

    long integer(int place, String name, long otherwise) {
      Object value = get(place, name, otherwise);
      if (value instanceof Long number) {
        return number;
      }
      throw new JinjaException(name + " is " + Values.typeName(value) + ", expected an integer");
    }

    boolean truth(int place, String name, boolean otherwise) {
      return Values.truth(get(place, name, otherwise));
    }

    Object required(int place, String name) {
      if (place >= positional.size() && !named.containsKey(name)) {
        throw new JinjaException("the argument '" + name + "' is missing");
      }
      return get(place, name, null);
    }
  }
}
