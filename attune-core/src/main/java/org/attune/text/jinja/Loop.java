package org.attune.text.jinja;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** {@code {% for target in items if condition %}}: each turn has variables of its own. */
final class Loop implements Statement {
  private final List<String> targets;
  private final Expression items;
  private final Expression condition; // null for none
  private final Statement body;
  private final Statement otherwise;

  Loop(
      List<String> targets,
      Expression items,
      Expression condition,
      Statement body,
      Statement otherwise) {
    this.targets = targets;
    this.items = items;
    this.condition = condition;
    this.body = body;
    this.otherwise = otherwise;
  }

  @Override
  public Flow run(Scope scope) {
    List<Object> turns = chosen(scope);
    if (turns.isEmpty()) {
      return otherwise.run(scope.inner());
    }
    for (int i = 0; i < turns.size(); i++) {
      scope.work(1);
      Scope turn = scope.inner();
      StatementParser.assign(targets, turns.get(i), turn);
      turn.set("loop", state(turns, i));
      if (body.run(turn) == Flow.BREAK) {
        break;
      }
    }
    return Flow.ON;
  }

  private List<Object> chosen(Scope scope) {
    List<Object> all = Values.items(items.value(scope));
    scope.work(all.size());
    if (condition == null) {
      return all;
    }
    List<Object> chosen = new ArrayList<>();
    for (Object item : all) {
      Scope turn = scope.inner();
      StatementParser.assign(targets, item, turn);
      if (Values.truth(condition.value(turn))) {
        chosen.add(item);
      }
    }
    return chosen;
  }

  /** The variable {@code loop}. */
  private static Values.Namespace state(List<Object> turns, int i) {
    Map<String, Object> state = new HashMap<>();
    int size = turns.size();
    state.put("index", i + 1L);
    state.put("index0", (long) i);
    state.put("revindex", (long) size - i);
    state.put("revindex0", size - i - 1L);
    state.put("first", i == 0);
    state.put("last", i == size - 1);
    state.put("length", (long) size);
    state.put("depth", 1L);
    state.put("depth0", 0L);
    state.put("previtem", i > 0 ? turns.get(i - 1) : new Undefined("there is no previous item"));
    state.put("nextitem", i < size - 1 ? turns.get(i + 1) : new Undefined("there is no next item"));
    Callable cycle =
        (scope, in) -> {
          if (in.count() == 0) {
            throw new JinjaException("no items for cycling given");
          }
          return in.positional().get(i % in.count());
        };
    state.put("cycle", cycle);
    return new Values.Namespace(state);
  }
}
