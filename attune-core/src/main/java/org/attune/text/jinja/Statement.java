package org.attune.text.jinja;

import java.util.List;

/** A part of a template that writes text or sets variables. */
interface Statement {
  /** How the statement after it goes on. */
  enum Flow {
    ON,
    BREAK,
    CONTINUE
  }

  Flow run(Scope scope);

  static Statement all(List<Statement> statements) {
    List<Statement> body = List.copyOf(statements);
    return scope -> {
      for (Statement statement : body) {
        scope.work(1);
        Flow flow = statement.run(scope);
        if (flow != Flow.ON) {
          return flow;
        }
      }
      return Flow.ON;
    };
  }
}
