package org.attune.text.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Python's operators. Integers are 64 bits wide; beyond that is a failure, not another number. */
final class Operators {
  private Operators() {}

  static Object binary(String operator, Object left, Object right, Scope scope) {
    scope.work(1);
    if (left instanceof Undefined undefined) {
      throw undefined.failure();
    }
    if (right instanceof Undefined undefined) {
      throw undefined.failure();
    }
    Object a = left instanceof Boolean x ? (Long) (x ? 1L : 0L) : left;
    Object b = right instanceof Boolean y ? (Long) (y ? 1L : 0L) : right;
    if (a instanceof Number x && b instanceof Number y) {
      return number(operator, x, y);
    }
    if (operator.equals("+")) {
      if (a instanceof String x && b instanceof String y) {
        return scope.sized(x + y, (long) x.length() + y.length());
      }
      if (a instanceof List<?> x && b instanceof List<?> y) {
        return concatenated(x, y, scope);
      }
    }
    if (operator.equals("*") && b instanceof Long times) {
      return repeated(a, times, scope);
    }
    if (operator.equals("*") && a instanceof Long times) {
      return repeated(b, times, scope);
    }
    if (operator.equals("%") && a instanceof String format) {
      return Filters.format(format, b instanceof Tuple t ? t : List.of(b), scope);
    }
    throw new JinjaException(
        "cannot compute " + Values.typeName(left) + " " + operator + " " + Values.typeName(right));
  }

  private static Object concatenated(List<?> a, List<?> b, Scope scope) {
    scope.sized(a, (long) a.size() + b.size());
    List<Object> all = new ArrayList<>(a);
    all.addAll(b);
    return a instanceof Tuple && b instanceof Tuple ? new Tuple(all) : all;
  }

  private static Object repeated(Object value, long times, Scope scope) {
    int count = (int) Math.max(0, Math.min(times, Integer.MAX_VALUE));
    if (value instanceof String text) {
      scope.sized(text, (long) text.length() * count);
      return text.repeat(text.isEmpty() ? 0 : count);
    }
    if (value instanceof List<?> list) {
      scope.sized(list, (long) list.size() * count);
      List<Object> all = new ArrayList<>();
      for (int i = 0; i < count && !list.isEmpty(); i++) {
        all.addAll(list);
      }
      return all;
    }
    throw new JinjaException("cannot repeat " + Values.typeName(value));
  }

  private static Object number(String operator, Number a, Number b) {
    boolean whole = a instanceof Long && b instanceof Long;
    if ("/ // %".contains(operator) && b.doubleValue() == 0) {
      throw new JinjaException("division by zero");
    }
    if (whole && !operator.equals("/")) {
      try {
        return whole(operator, a.longValue(), b.longValue());
      } catch (ArithmeticException e) {
        throw new JinjaException("the result of " + a + " " + operator + " " + b + " is too large");
      }
    }
    double x = a.doubleValue();
    double y = b.doubleValue();
    return switch (operator) {
      case "+" -> x + y;
      case "-" -> x - y;
      case "*" -> x * y;
      case "/" -> x / y;
      case "//" -> Math.floor(x / y);
      case "%" -> x - y * Math.floor(x / y);
      default -> Math.pow(x, y);
    };
  }

  private static Object whole(String operator, long a, long b) {
    return switch (operator) {
      case "+" -> Math.addExact(a, b);
      case "-" -> Math.subtractExact(a, b);
      case "*" -> Math.multiplyExact(a, b);
      case "//" -> Math.floorDiv(a, b);
      case "%" -> Math.floorMod(a, b);
      default -> power(a, b);
    };
  }

  private static Object power(long base, long exponent) {
    if (exponent < 0) {
      return Math.pow((double) base, (double) exponent);
    }
    if (base == 0 || base == 1) {
      return exponent == 0 ? 1L : base;
    }
    long result = 1;
    for (long i = 0; i < (base == -1 ? exponent % 2 : exponent); i++) {
      result = Math.multiplyExact(result, base);
    }
    return result;
  }

  static Object negative(Object value) {
    if (value instanceof Long number) {
      return -number;
    }
    if (value instanceof Double number) {
      return -number;
    }
    throw new JinjaException("cannot negate " + Values.typeName(value));
  }

  static boolean compare(String operator, Object a, Object b, Scope scope) {
    return switch (operator) {
      case "==" -> Values.equal(a, b, scope);
      case "!=" -> !Values.equal(a, b, scope);
      case "in" -> contains(b, a, scope);
      case "not in" -> !contains(b, a, scope);
      case "<" -> Values.compare(a, b, scope) < 0;
      case "<=" -> Values.compare(a, b, scope) <= 0;
      case ">" -> Values.compare(a, b, scope) > 0;
      default -> Values.compare(a, b, scope) >= 0;
    };
  }

  static boolean contains(Object container, Object item, Scope scope) {
    if (container instanceof String text) {
      if (item instanceof String part) {
        scope.work(text.length() / 16);
        return text.contains(part);
      }
      throw new JinjaException("a string cannot contain " + Values.typeName(item));
    }
    if (container instanceof Map<?, ?> map) {
      return map.containsKey(item);
    }
    if (container instanceof List<?> list) {
      for (Object one : list) {
        if (Values.equal(one, item, scope)) {
          return true;
        }
      }
      return false;
    }
    if (container instanceof Undefined) {
      return false;
    }
    throw new JinjaException(Values.typeName(container) + " contains nothing");
  }
}
