package org.attune.text.jinja;

import java.util.Map;

/**
 * A macro: a function that gives the text its body writes. It sees the variables of where it was
 * defined, not of where it is called.
 */
record Macro(String name, Map<String, Expression> parameters, Statement body, Scope defined)
    implements Callable {
  /**
   * Under this name the scope of a call block holds what {@code caller()} is; no name of Jinja's.
   */
  static final String CALLER = "call block";

  @Override
  public Object call(Scope scope, Arguments arguments) {
    scope.enter();
    Scope inner = defined.inner();
    if (scope.get(CALLER) instanceof Macro caller) {
      inner.set("caller", caller);
    }
    inner.set(CALLER, null); // a macro called within does not get this one's block
    int place = 0;
    for (Map.Entry<String, Expression> parameter : parameters.entrySet()) {
      String name = parameter.getKey();
      boolean given = place < arguments.count() || arguments.named().containsKey(name);
      Object value = given ? arguments.get(place, name, null) : parameter.getValue().value(inner);
      inner.set(name, value);
      place++;
    }
    if (arguments.count() > parameters.size()) {
      throw new JinjaException(
          "macro '"
              + name
              + "' takes "
              + parameters.size()
              + " arguments, got "
              + arguments.count());
    }
    scope.capture();
    body.run(inner);
    scope.leave();
    return scope.captured();
  }
}
