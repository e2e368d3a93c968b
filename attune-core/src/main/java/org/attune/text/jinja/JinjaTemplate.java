package org.attune.text.jinja;

import java.time.Clock;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A template that was read and can be rendered. Immutable, so safe for use by several threads. */
public final class JinjaTemplate {
  private static final int MAX_SOURCE = 1 << 20;

  private final Statement body;

  /**
   * How much a template may do.
   *
   * @param steps small operations: loop turns, look-ups, comparisons
   * @param characters of its output and of any text it makes on the way
   * @param depth of macros that call macros
   */
  public record Limits(long steps, int characters, int depth) {
    /** Far above what a chat of a thousand turns needs; about a second of work at most. */
    public static final Limits DEFAULT = new Limits(5_000_000, 16 << 20, 64);
  }

  /**
   * A rendered template.
   *
   * @param text what it wrote
   * @param generated begin and end, in UTF-16 units, of each part within {@code {% generation %}}
   */
  public record Rendered(String text, List<Span> generated) {
    public Rendered {
      generated = List.copyOf(generated);
    }
  }

  /**
   * Part of a text.
   *
   * @param start its first UTF-16 index
   * @param end the index after its last
   */
  public record Span(int start, int end) {}

  private JinjaTemplate(Statement body) {
    this.body = body;
  }

  /**
   * Reads a template.
   *
   * @throws JinjaException when it is none, or uses what is not known here
   */
  public static JinjaTemplate parse(String source) {
    if (source.length() > MAX_SOURCE) {
      throw new JinjaException(
          "the template has " + source.length() + " characters, more than " + MAX_SOURCE);
    }
    return new JinjaTemplate(StatementParser.parse(source));
  }

  /**
   * Renders it.
   *
   * @param variables values of plain Java types: null, Boolean, Integer, Long, Double, String, List
   *     and Map of these
   * @param clock for {@code strftime_now}
   * @throws JinjaException when it fails, refuses its input or reaches a limit
   */
  public Rendered render(Map<String, ?> variables, Clock clock, Limits limits) {
    Scope scope = new Scope(limits);
    globals(scope, clock);
    Scope inner = scope.inner();
    variables.forEach((name, value) -> inner.set(name, plain(value)));
    try {
      body.run(inner);
    } catch (StackOverflowError e) {
      throw new JinjaException("the template nests too deep");
    } catch (ClassCastException | IndexOutOfBoundsException | ArithmeticException e) {
      throw new JinjaException("the template mixes values that do not go together");
    }
    List<Span> spans = new ArrayList<>();
    scope.spans().forEach(span -> spans.add(new Span(span[0], span[1])));
    return new Rendered(scope.output(), spans);
  }

  private static Object plain(Object value) {
    if (value instanceof Integer || value instanceof Short || value instanceof Byte) {
      return ((Number) value).longValue();
    }
    if (value instanceof Float number) {
      return number.doubleValue();
    }
    if (value instanceof Map<?, ?> map) {
      Map<Object, Object> copy = new LinkedHashMap<>();
      map.forEach((key, item) -> copy.put(plain(key), plain(item)));
      return copy;
    }
    if (value instanceof List<?> list) {
      List<Object> copy = new ArrayList<>();
      list.forEach(item -> copy.add(plain(item)));
      return copy;
    }
    if (value == null
        || value instanceof Boolean
        || value instanceof Long
        || value instanceof Double
        || value instanceof String) {
      return value;
    }
    throw new IllegalArgumentException(
        "a template cannot be given a " + value.getClass().getName());
  }

  private static void globals(Scope scope, Clock clock) {
    Callable raise =
        (at, in) -> {
          throw JinjaException.raised(Values.text(in.required(0, "message"), at));
        };
    Callable now = (at, in) -> time(in.string(0, "format", ""), ZonedDateTime.now(clock));
    Callable namespace = (at, in) -> new Values.Namespace(variables(in));
    Callable dictionary = (at, in) -> new LinkedHashMap<Object, Object>(variables(in));
    Callable range = JinjaTemplate::range;
    scope.set("raise_exception", raise);
    scope.set("strftime_now", now);
    scope.set("namespace", namespace);
    scope.set("dict", dictionary);
    scope.set("range", range);
  }

  private static Map<String, Object> variables(Callable.Arguments in) {
    Map<String, Object> variables = new LinkedHashMap<>();
    if (in.count() > 0 && in.positional().get(0) instanceof Map<?, ?> given) {
      given.forEach((name, value) -> variables.put(String.valueOf(name), value));
    }
    variables.putAll(in.named());
    return variables;
  }

  private static List<Object> range(Scope scope, Callable.Arguments in) {
    long first = in.count() > 1 ? in.integer(0, "start", 0) : 0;
    long end = in.integer(in.count() > 1 ? 1 : 0, "stop", 0);
    long step = in.integer(2, "step", 1);
    if (step == 0) {
      throw new JinjaException("range() step must not be zero");
    }
    List<Object> numbers = new ArrayList<>();
    for (long i = first; step > 0 ? i < end : i > end; i = Math.addExact(i, step)) {
      scope.work(1);
      numbers.add(i);
    }
    return numbers;
  }

  /** C's strftime for what templates use. */
  private static String time(String format, ZonedDateTime now) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < format.length(); i++) {
      char c = format.charAt(i);
      if (c != '%' || i + 1 == format.length()) {
        out.append(c);
        continue;
      }
      char field = format.charAt(++i);
      boolean unpadded = field == '-' && i + 1 < format.length();
      String pattern = pattern(unpadded ? format.charAt(++i) : field);
      String text = DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH).format(now);
      out.append(unpadded ? text.replaceFirst("^0+(?=.)", "") : text);
    }
    return out.toString();
  }

  private static String pattern(char field) {
    return switch (field) {
      case 'd' -> "dd";
      case 'm' -> "MM";
      case 'b' -> "MMM";
      case 'B' -> "MMMM";
      case 'y' -> "yy";
      case 'Y' -> "yyyy";
      case 'H' -> "HH";
      case 'I' -> "hh";
      case 'M' -> "mm";
      case 'S' -> "ss";
      case 'p' -> "a";
      case 'a' -> "EEE";
      case 'A' -> "EEEE";
      case 'j' -> "DDD";
      case '%' -> "'%'";
      default -> throw new JinjaException("strftime_now does not know %" + field);
    };
  }
}
