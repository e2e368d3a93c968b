package org.attune.text.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads what follows a value: {@code .name}, {@code [key]}, a call, a filter, a test. */
final class SuffixParser {
  private static final Set<String> NO_ARGUMENT =
      Set.of("else", "or", "and", "if", "is", "not", "in");
  private static final Expression NONE = scope -> null;

  private final TokenReader in;
  private final ExpressionParser expressions;

  SuffixParser(TokenReader in, ExpressionParser expressions) {
    this.in = in;
    this.expressions = expressions;
  }

  /** Attributes, keys, slices and calls. */
  Expression postfix(Expression start) {
    Expression value = start;
    while (true) {
      Expression owner = value;
      if (in.accept(TokenType.OPERATOR, ".")) {
        if (in.at(TokenType.INTEGER)) {
          Object index = ExpressionParser.number(in.next());
          value = scope -> Attributes.item(owner.value(scope), index);
        } else {
          String name = in.name();
          value = scope -> Attributes.attribute(owner.value(scope), name);
        }
      } else if (in.accept(TokenType.OPERATOR, "[")) {
        value = subscript(owner);
      } else if (in.atOperator("(")) {
        value = call(owner);
      } else {
        return value;
      }
    }
  }

  private Expression subscript(Expression owner) {
    List<Expression> bounds = new ArrayList<>();
    boolean slice = false;
    while (!in.accept(TokenType.OPERATOR, "]")) {
      if (in.accept(TokenType.OPERATOR, ":")) {
        slice = true;
        bounds.add(NONE);
        continue;
      }
      Expression bound = expressions.expression();
      if (in.accept(TokenType.OPERATOR, ":")) {
        slice = true;
      } else if (!in.atOperator("]")) {
        throw in.failure("expected ']'");
      }
      bounds.add(bound);
    }
    if (bounds.isEmpty() || bounds.size() > 3) {
      throw in.failure("expected a key or a slice");
    }
    if (!slice) {
      Expression key = bounds.get(0);
      return scope -> {
        scope.work(1);
        return Attributes.item(owner.value(scope), key.value(scope));
      };
    }
    while (bounds.size() < 3) {
      bounds.add(NONE);
    }
    return scope ->
        Attributes.slice(
            owner.value(scope),
            bounds.get(0).value(scope),
            bounds.get(1).value(scope),
            bounds.get(2).value(scope),
            scope);
  }

  private Expression call(Expression called) {
    int line = in.peek().line();
    Call arguments = arguments();
    return scope -> {
      scope.work(1);
      Object function = called.value(scope);
      if (function instanceof Callable callable) {
        return callable.call(scope, arguments.evaluate(scope));
      }
      String what =
          function instanceof Undefined undefined
              ? undefined.message()
              : Values.typeName(function) + " cannot be called";
      throw new JinjaException("line " + line + ": " + what);
    };
  }

  /** The arguments of a call as written. */
  record Call(List<Expression> positional, Map<String, Expression> named) {
    Callable.Arguments evaluate(Scope scope) {
      Map<String, Object> values = new LinkedHashMap<>();
      named.forEach((name, value) -> values.put(name, value.value(scope)));
      return new Callable.Arguments(ExpressionParser.values(positional, scope), values);
    }
  }

  Call arguments() {
    List<Expression> positional = new ArrayList<>();
    Map<String, Expression> named = new LinkedHashMap<>();
    in.expect(TokenType.OPERATOR, "(");
    while (!in.accept(TokenType.OPERATOR, ")")) {
      if (in.at(TokenType.NAME) && in.peek(1).is(TokenType.OPERATOR, "=")) {
        String name = in.name();
        in.next();
        named.put(name, expressions.expression());
      } else {
        positional.add(expressions.expression());
      }
      if (!in.accept(TokenType.OPERATOR, ",")) {
        in.expect(TokenType.OPERATOR, ")");
        break;
      }
    }
    return new Call(positional, named);
  }

  // ---- filters and tests

  /** Filters and tests. */
  Expression filters(Expression start) {
    Expression value = start;
    while (true) {
      if (in.accept(TokenType.OPERATOR, "|")) {
        value = filter(value);
      } else if (in.accept(TokenType.NAME, "is")) {
        value = test(value);
      } else if (in.atOperator("(")) {
        value = call(value);
      } else {
        return value;
      }
    }
  }

  /** One filter, its bar already read. */
  Expression filter(Expression value) {
    String name = in.name();
    Call arguments = in.atOperator("(") ? arguments() : new Call(List.of(), Map.of());
    return scope -> Filters.apply(name, value.value(scope), arguments.evaluate(scope), scope);
  }

  private Expression test(Expression value) {
    boolean negated = in.accept(TokenType.NAME, "not");
    String name = in.name();
    Call arguments = new Call(List.of(), Map.of());
    if (in.atOperator("(")) {
      arguments = arguments();
    } else if (startsArgument()) {
      arguments = new Call(List.of(postfix(expressions.primary())), Map.of());
    }
    Call given = arguments;
    return scope -> negated != Tests.test(name, value.value(scope), given.evaluate(scope), scope);
  }

  private boolean startsArgument() {
    Token token = in.peek();
    return switch (token.type()) {
      case NAME -> !NO_ARGUMENT.contains(token.text());
      case STRING, INTEGER, FLOAT -> true;
      default -> in.atOperator("[") || in.atOperator("{");
    };
  }
}
