package org.attune.text.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.attune.text.jinja.Statement.Flow;

/** Reads the statements of a template, as Jinja2's parser does. */
final class StatementParser {
  private static final Set<String> OUTSIDE =
      Set.of("include", "import", "from", "extends", "block");

  /** Under this name a scope holds what a block wrote, for its filters; no name of Jinja's. */
  private static final String CAPTURED = "captured text";

  private final TokenReader in;
  private final ExpressionParser expressions;

  private StatementParser(TokenReader in) {
    this.in = in;
    this.expressions = new ExpressionParser(in);
  }

  static Statement parse(String template) {
    StatementParser parser = new StatementParser(new TokenReader(Lexer.tokens(template)));
    Statement all = parser.body();
    if (!parser.in.at(TokenType.END)) {
      throw parser.in.failure("expected the template's end");
    }
    return all;
  }

  /** Statements up to one of these tags, whose name is read, or the template's end. */
  private Statement body(String... ends) {
    in.enter();
    List<Statement> statements = new ArrayList<>();
    while (!in.at(TokenType.END)) {
      if (in.at(TokenType.TEXT)) {
        String text = in.next().text();
        statements.add(writing(text));
      } else if (in.at(TokenType.OPEN_OUTPUT)) {
        in.next();
        Expression value = expressions.tuple();
        in.expect(TokenType.CLOSE_OUTPUT, "");
        statements.add(printing(value));
      } else {
        in.next();
        for (String end : ends) {
          if (in.atName(end)) {
            in.leave();
            return Statement.all(statements);
          }
        }
        statements.add(tag());
      }
    }
    if (ends.length > 0) {
      throw in.failure("expected {% " + ends[ends.length - 1] + " %}");
    }
    in.leave();
    return Statement.all(statements);
  }

  private static Statement writing(String text) {
    return scope -> {
      scope.write(text);
      return Flow.ON;
    };
  }

  private static Statement printing(Expression value) {
    return scope -> {
      scope.write(Values.text(value.value(scope), scope));
      return Flow.ON;
    };
  }

  private void close() {
    in.expect(TokenType.CLOSE_BLOCK, "");
  }

  /** Reads the tag a body ended with. */
  private void end(String name) {
    in.expect(TokenType.NAME, name);
    close();
  }

  private Statement tag() {
    String name = in.name();
    return switch (name) {
      case "if" -> condition();
      case "for" -> loop();
      case "set" -> assignment();
      case "macro" -> macro();
      case "call" -> callBlock();
      case "filter" -> filterBlock();
      case "with" -> with();
      case "generation" -> generation();
      case "break" -> leaving(Flow.BREAK);
      case "continue" -> leaving(Flow.CONTINUE);
      default -> {
        String reason = OUTSIDE.contains(name) ? ": a chat template stands alone" : "";
        throw in.failure("{% " + name + " %} is not known here" + reason);
      }
    };
  }

  private Statement leaving(Flow flow) {
    close();
    return scope -> flow;
  }

  private Statement condition() {
    Expression condition = expressions.tuple();
    close();
    Statement then = body("elif", "else", "endif");
    Statement otherwise;
    if (in.accept(TokenType.NAME, "elif")) {
      in.enter();
      otherwise = condition();
      in.leave();
    } else if (in.accept(TokenType.NAME, "else")) {
      close();
      otherwise = body("endif");
      end("endif");
    } else {
      otherwise = scope -> Flow.ON;
      end("endif");
    }
    return scope -> (Values.truth(condition.value(scope)) ? then : otherwise).run(scope);
  }

  private Statement loop() {
    List<String> targets = targets("in");
    Expression items = expressions.loopTuple();
    Expression condition = in.accept(TokenType.NAME, "if") ? expressions.expression() : null;
    if (in.atName("recursive")) {
      throw in.failure("recursive loops are not known here");
    }
    close();
    Statement body = body("else", "endfor");
    Statement otherwise = scope -> Flow.ON;
    if (in.accept(TokenType.NAME, "else")) {
      close();
      otherwise = body("endfor");
    }
    end("endfor");
    return new Loop(targets, items, condition, body, otherwise);
  }

  /** The names that a loop or an assignment gives values to. */
  private List<String> targets(String end) {
    boolean parentheses = in.accept(TokenType.OPERATOR, "(");
    List<String> names = new ArrayList<>(List.of(in.name()));
    while (in.accept(TokenType.OPERATOR, ",")) {
      names.add(in.name());
    }
    if (parentheses) {
      in.expect(TokenType.OPERATOR, ")");
    }
    if (!end.isEmpty()) {
      in.expect(TokenType.NAME, end);
    }
    return names;
  }

  static void assign(List<String> names, Object value, Scope scope) {
    if (names.size() == 1) {
      scope.set(names.get(0), value);
      return;
    }
    List<Object> values = Values.items(value);
    if (values.size() != names.size()) {
      throw new JinjaException(
          "cannot give " + values.size() + " values to " + String.join(", ", names));
    }
    for (int i = 0; i < values.size(); i++) {
      scope.set(names.get(i), values.get(i));
    }
  }

  private Statement assignment() {
    if (in.peek(1).is(TokenType.OPERATOR, ".")) {
      return namespaceAssignment();
    }
    List<String> names = targets("");
    if (in.accept(TokenType.OPERATOR, "=")) {
      Expression value = expressions.tuple();
      close();
      return scope -> {
        assign(names, value.value(scope), scope);
        return Flow.ON;
      };
    }
    Expression value = filters(scope -> scope.get(CAPTURED));
    close();
    Statement body = body("endset");
    end("endset");
    return scope -> {
      scope.set(names.get(0), filtered(value, body, scope));
      return Flow.ON;
    };
  }

  private Expression filters(Expression start) {
    Expression value = start;
    while (in.accept(TokenType.OPERATOR, "|")) {
      value = expressions.filter(value);
    }
    return value;
  }

  /** What filters make of the text that a block writes. */
  private static Object filtered(Expression filters, Statement body, Scope scope) {
    Scope inner = scope.inner();
    inner.set(CAPTURED, capture(body, scope));
    return filters.value(inner);
  }

  private Statement namespaceAssignment() {
    String namespace = in.name();
    in.next();
    String attribute = in.name();
    in.expect(TokenType.OPERATOR, "=");
    Expression value = expressions.tuple();
    close();
    return scope -> {
      if (scope.get(namespace) instanceof Values.Namespace variables) {
        variables.attributes().put(attribute, value.value(scope));
        return Flow.ON;
      }
      throw new JinjaException("cannot set " + namespace + "." + attribute + ": no namespace");
    };
  }

  private static String capture(Statement body, Scope scope) {
    scope.capture();
    body.run(scope.inner());
    return scope.captured();
  }

  private Statement macro() {
    String name = in.name();
    Map<String, Expression> parameters = parameters();
    close();
    Statement body = body("endmacro");
    end("endmacro");
    return scope -> {
      scope.set(name, new Macro(name, parameters, body, scope));
      return Flow.ON;
    };
  }

  /** A macro's parameters with their defaults. */
  private Map<String, Expression> parameters() {
    Map<String, Expression> parameters = new LinkedHashMap<>();
    in.expect(TokenType.OPERATOR, "(");
    while (!in.accept(TokenType.OPERATOR, ")")) {
      String parameter = in.name();
      parameters.put(
          parameter,
          in.accept(TokenType.OPERATOR, "=")
              ? expressions.expression()
              : scope -> new Undefined("parameter '" + parameter + "' was not provided"));
      if (!in.accept(TokenType.OPERATOR, ",")) {
        in.expect(TokenType.OPERATOR, ")");
        break;
      }
    }
    return parameters;
  }

  /** {@code {% call macro(...) %}}: the macro writes the block where it calls {@code caller()}. */
  private Statement callBlock() {
    Map<String, Expression> parameters = in.atOperator("(") ? parameters() : Map.of();
    Expression called = expressions.expression();
    close();
    Statement body = body("endcall");
    end("endcall");
    return scope -> {
      Scope inner = scope.inner();
      inner.set(Macro.CALLER, new Macro("caller", parameters, body, scope));
      scope.write(Values.text(called.value(inner), scope));
      return Flow.ON;
    };
  }

  private Statement filterBlock() {
    Expression value = filters(expressions.filter(scope -> scope.get(CAPTURED)));
    close();
    Statement body = body("endfilter");
    end("endfilter");
    return scope -> {
      scope.write(Values.text(filtered(value, body, scope), scope));
      return Flow.ON;
    };
  }

  private Statement with() {
    List<List<String>> names = new ArrayList<>();
    List<Expression> values = new ArrayList<>();
    while (!in.at(TokenType.CLOSE_BLOCK)) {
      names.add(List.of(in.name()));
      in.expect(TokenType.OPERATOR, "=");
      values.add(expressions.expression());
      in.accept(TokenType.OPERATOR, ",");
    }
    close();
    Statement body = body("endwith");
    end("endwith");
    return scope -> {
      Scope inner = scope.inner();
      for (int i = 0; i < values.size(); i++) {
        assign(names.get(i), values.get(i).value(scope), inner);
      }
      return body.run(inner);
    };
  }

  /** transformers' own tag: what it holds is what the model itself is to write. */
  private Statement generation() {
    close();
    Statement body = body("endgeneration");
    end("endgeneration");
    return scope -> {
      int start = scope.spanStart();
      String text = capture(body, scope);
      scope.write(text);
      scope.spanEnd(start);
      return Flow.ON;
    };
  }
}
