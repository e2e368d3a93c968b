package org.attune.text.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads expressions, from the loosest operator to the tightest, as Jinja2's parser does. */
final class ExpressionParser {
  private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");

  private final TokenReader in;
  private final SuffixParser suffixes;

  ExpressionParser(TokenReader in) {
    this.in = in;
    this.suffixes = new SuffixParser(in, this);
  }

  /** An expression or several with commas between them. */
  Expression tuple() {
    return tuple(this::expression);
  }

  /** What a loop goes over: no {@code if} of its own, since that is the loop's. */
  Expression loopTuple() {
    return tuple(this::or);
  }

  private Expression tuple(java.util.function.Supplier<Expression> element) {
    Expression first = element.get();
    if (!in.atOperator(",")) {
      return first;
    }
    List<Expression> items = new ArrayList<>(List.of(first));
    while (in.accept(TokenType.OPERATOR, ",") && !ends()) {
      items.add(element.get());
    }
    return scope -> new Tuple(values(items, scope));
  }

  private boolean ends() {
    return in.at(TokenType.CLOSE_BLOCK)
        || in.at(TokenType.CLOSE_OUTPUT)
        || in.atOperator(")")
        || in.atOperator("]");
  }

  /** One filter, its bar already read. */
  Expression filter(Expression value) {
    return suffixes.filter(value);
  }

  Expression expression() {
    in.enter();
    Expression value = or();
    while (in.accept(TokenType.NAME, "if")) {
      Expression then = value;
      Expression condition = or();
      Expression otherwise =
          in.accept(TokenType.NAME, "else")
              ? expression()
              : scope -> new Undefined("the condition is false and there is no else");
      value = scope -> (Values.truth(condition.value(scope)) ? then : otherwise).value(scope);
    }
    in.leave();
    return value;
  }

  private Expression or() {
    Expression left = and();
    while (in.accept(TokenType.NAME, "or")) {
      Expression first = left;
      Expression second = and();
      left =
          scope -> {
            Object value = first.value(scope);
            return Values.truth(value) ? value : second.value(scope);
          };
    }
    return left;
  }

  private Expression and() {
    Expression left = not();
    while (in.accept(TokenType.NAME, "and")) {
      Expression first = left;
      Expression second = not();
      left =
          scope -> {
            Object value = first.value(scope);
            return Values.truth(value) ? second.value(scope) : value;
          };
    }
    return left;
  }

  private Expression not() {
    if (in.accept(TokenType.NAME, "not")) {
      in.enter();
      Expression negated = not();
      in.leave();
      return scope -> !Values.truth(negated.value(scope));
    }
    return comparison();
  }

  /** {@code a < b < c} holds where each pair does. */
  private Expression comparison() {
    Expression first = sum();
    List<String> operators = new ArrayList<>();
    List<Expression> others = new ArrayList<>();
    for (String operator = comparator(); !operator.isEmpty(); operator = comparator()) {
      operators.add(operator);
      others.add(sum());
    }
    if (operators.isEmpty()) {
      return first;
    }
    return scope -> {
      Object left = first.value(scope);
      for (int i = 0; i < operators.size(); i++) {
        Object right = others.get(i).value(scope);
        if (!Operators.compare(operators.get(i), left, right, scope)) {
          return false;
        }
        left = right;
      }
      return true;
    };
  }

  private String comparator() {
    if (in.at(TokenType.OPERATOR) && COMPARISONS.contains(in.peek().text())) {
      return in.next().text();
    }
    if (in.accept(TokenType.NAME, "in")) {
      return "in";
    }
    if (in.atName("not") && in.peek(1).is(TokenType.NAME, "in")) {
      in.next();
      in.next();
      return "not in";
    }
    return "";
  }

  private Expression sum() {
    Expression left = concatenation();
    while (in.atOperator("+") || in.atOperator("-")) {
      left = binary(in.next().text(), left, concatenation());
    }
    return left;
  }

  private Expression concatenation() {
    Expression left = product();
    while (in.accept(TokenType.OPERATOR, "~")) {
      Expression first = left;
      Expression second = product();
      left =
          scope -> {
            String a = Values.text(first.value(scope), scope);
            String b = Values.text(second.value(scope), scope);
            return scope.sized(a + b, (long) a.length() + b.length());
          };
    }
    return left;
  }

  private Expression product() {
    Expression left = power();
    while (in.atOperator("*") || in.atOperator("/") || in.atOperator("//") || in.atOperator("%")) {
      left = binary(in.next().text(), left, power());
    }
    return left;
  }

  private Expression power() {
    Expression left = unary(true);
    while (in.accept(TokenType.OPERATOR, "**")) {
      left = binary("**", left, unary(true));
    }
    return left;
  }

  private static Expression binary(String operator, Expression left, Expression right) {
    return scope -> Operators.binary(operator, left.value(scope), right.value(scope), scope);
  }

  private Expression unary(boolean withFilters) {
    in.enter();
    Expression value;
    if (in.accept(TokenType.OPERATOR, "-")) {
      Expression negated = unary(false);
      value = scope -> Operators.negative(negated.value(scope));
    } else if (in.accept(TokenType.OPERATOR, "+")) {
      value = unary(false);
    } else {
      value = primary();
    }
    value = suffixes.postfix(value);
    in.leave();
    return withFilters ? suffixes.filters(value) : value;
  }

  Expression primary() {
    Token token = in.peek();
    if (token.type() == TokenType.NAME) {
      return name(in.next().text());
    }
    if (token.type() == TokenType.STRING) {
      StringBuilder text = new StringBuilder();
      while (in.at(TokenType.STRING)) {
        text.append(in.next().text()); // strings side by side are one
      }
      return constant(text.toString());
    }
    if (token.type() == TokenType.INTEGER || token.type() == TokenType.FLOAT) {
      return constant(number(in.next()));
    }
    if (in.accept(TokenType.OPERATOR, "(")) {
      if (in.accept(TokenType.OPERATOR, ")")) {
        return constant(new Tuple(List.of()));
      }
      Expression inside = tuple();
      in.expect(TokenType.OPERATOR, ")");
      return inside;
    }
    if (in.accept(TokenType.OPERATOR, "[")) {
      List<Expression> items = list("]");
      return scope -> values(items, scope);
    }
    if (in.accept(TokenType.OPERATOR, "{")) {
      return mapping();
    }
    throw in.failure("expected a value");
  }

  private static Expression constant(Object value) {
    return scope -> value;
  }

  private static Expression name(String name) {
    return switch (name) {
      case "true", "True" -> constant(true);
      case "false", "False" -> constant(false);
      case "none", "None" -> constant(null);
      default ->
          scope -> {
            scope.work(1);
            return scope.get(name);
          };
    };
  }

  static Object number(Token token) {
    String digits = token.text().replace("_", "");
    try {
      return token.type() == TokenType.INTEGER
          ? (Object) Long.valueOf(digits)
          : Double.valueOf(digits);
    } catch (NumberFormatException e) {
      throw new JinjaException("line " + token.line() + ": the number " + digits + " is too large");
    }
  }

  private List<Expression> list(String end) {
    List<Expression> items = new ArrayList<>();
    while (!in.accept(TokenType.OPERATOR, end)) {
      items.add(expression());
      if (!in.accept(TokenType.OPERATOR, ",")) {
        in.expect(TokenType.OPERATOR, end);
        break;
      }
    }
    return items;
  }

  private Expression mapping() {
    List<Expression> keys = new ArrayList<>();
    List<Expression> values = new ArrayList<>();
    while (!in.accept(TokenType.OPERATOR, "}")) {
      keys.add(expression());
      in.expect(TokenType.OPERATOR, ":");
      values.add(expression());
      if (!in.accept(TokenType.OPERATOR, ",")) {
        in.expect(TokenType.OPERATOR, "}");
        break;
      }
    }
    return scope -> {
      scope.work(keys.size());
      Map<Object, Object> map = new LinkedHashMap<>();
      for (int i = 0; i < keys.size(); i++) {
        map.put(keys.get(i).value(scope), values.get(i).value(scope));
      }
      return map;
    };
  }

  static List<Object> values(List<Expression> items, Scope scope) {
    scope.work(1 + items.size());
    List<Object> values = new ArrayList<>(items.size());
    items.forEach(item -> values.add(item.value(scope)));
    return values;
  }
}
