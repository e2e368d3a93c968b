package org.attune.text.jinja;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The variables a part of a template sees, and what is common to the whole rendering. */
final class Scope {
  private final Scope outer; // null for the outermost
  private final Map<String, Object> variables = new HashMap<>();
  private final Rendering rendering;

  /** The text so far and how much work is left; the same for all scopes of one rendering. */
  private static final class Rendering {
    private final Deque<StringBuilder> captures = new ArrayDeque<>();
    private final List<int[]> spans = new ArrayList<>();
    private final JinjaTemplate.Limits limits;
    private long steps;
    private int depth;

    Rendering(JinjaTemplate.Limits limits) {
      this.limits = limits;
      captures.push(new StringBuilder());
    }
  }

  Scope(JinjaTemplate.Limits limits) {
    this.outer = null;
    this.rendering = new Rendering(limits);
  }

  private Scope(Scope outer) {
    this.outer = outer;
    this.rendering = outer.rendering;
  }

  Scope inner() {
    return new Scope(this);
  }

  Object get(String name) {
    for (Scope scope = this; scope != null; scope = scope.outer) {
      if (scope.variables.containsKey(name)) {
        return scope.variables.get(name);
      }
    }
    return new Undefined("'" + name + "' is undefined");
  }

  void set(String name, Object value) {
    variables.put(name, value);
  }

  // ---- limits

  /** Counts work in units of about one small operation. */
  void work(long units) {
    rendering.steps += units;
    if (rendering.steps > rendering.limits.steps()) {
      throw new JinjaException(
          "the template did more than "
              + rendering.limits.steps()
              + " steps and was stopped; does one of its loops grow without end?");
    }
  }

  /** Refuses a text or list that is longer than any output may be; counts it as work. */
  <T> T sized(T value, long length) {
    checkLength(length);
    work(length / 16);
    return value;
  }

  void checkLength(long length) {
    if (length > rendering.limits.characters()) {
      throw new JinjaException(
          "the template made a text or list longer than " + rendering.limits.characters());
    }
  }

  void enter() {
    if (++rendering.depth > rendering.limits.depth()) {
      throw new JinjaException("macros call each other deeper than " + rendering.limits.depth());
    }
  }

  void leave() {
    rendering.depth--;
  }

  // ---- output

  void write(String text) {
    StringBuilder out = rendering.captures.peek();
    out.append(text);
    sized(text, out.length() + (long) text.length());
  }

  void capture() {
    rendering.captures.push(new StringBuilder());
  }

  String captured() {
    return rendering.captures.pop().toString();
  }

  String output() {
    return rendering.captures.getLast().toString();
  }

  /**
   * Notes what is written from here on as a model's own words, if it goes straight to the output.
   */
  int spanStart() {
    return rendering.captures.size() == 1 ? rendering.captures.getLast().length() : -1;
  }

  void spanEnd(int start) {
    if (start >= 0) {
      rendering.spans.add(new int[] {start, rendering.captures.getLast().length()});
    }
  }

  List<int[]> spans() {
    return rendering.spans;
  }
}
