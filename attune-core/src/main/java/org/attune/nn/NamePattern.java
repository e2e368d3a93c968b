package org.attune.nn;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.attune.NearNames;
import org.attune.UsageException;

/**
 * Names some parameters of a model: a regular expression for one or more whole parts of a name
 * between its dots, wherever they stand. So {@code embeddings} is every parameter of any module of
 * that name, {@code encoder.layer.1} that layer and not the eleventh, {@code layer\.[0-5]} six
 * layers, {@code bias} every bias, and {@code classifier.weight} one matrix.
 *
 * @param text as it was written
 */
public record NamePattern(String text) {
  /**
   * Checks the expression.
   *
   * @throws UsageException where it is none
   */
  public NamePattern {
    compiled(text);
  }

  private static Pattern compiled(String text) {
    if (text.isBlank()) {
      throw new UsageException("a pattern for names of parameters is empty");
    }
    try {
      return Pattern.compile("(?:.*\\.)?(?:" + text + ")(?:\\..*)?");
    } catch (PatternSyntaxException e) {
      throw new UsageException("'" + text + "' is no regular expression: " + e.getDescription(), e);
    }
  }

  /** The first of some patterns that names nothing is refused; see {@link #named}. */
  public static Set<Parameter> anyOf(List<String> patterns, Module model, String setting) {
    Set<Parameter> all = new LinkedHashSet<>();
    patterns.forEach(text -> all.addAll(new NamePattern(text).named(model, setting)));
    return all;
  }

  /**
   * The parameters with such a name; a tied one where any of its names is.
   *
   * @param setting where the pattern stands, for the message
   * @throws UsageException when there is none, with the nearest name
   */
  public Set<Parameter> named(Module model, String setting) {
    Pattern pattern = compiled(text);
    Set<Parameter> found = new LinkedHashSet<>(); // a parameter has no equals: by identity
    model
        .namedParameters()
        .forEach(
            (name, parameter) -> {
              if (pattern.matcher(name).matches()) {
                found.add(parameter);
              }
            });
    if (found.isEmpty()) {
      throw new UsageException(
          String.format(
              "%s: '%s' names no parameter of the model, expected parts of a name between its dots, as"
                  + " in %s%s",
              setting, text, examples(model), NearNames.hint(text, parts(model))));
    }
    return found;
  }

  /** Every name of a module or parameter, and what is left of it without its first parts. */
  private static Collection<String> parts(Module model) {
    Set<String> parts = new LinkedHashSet<>();
    for (String name : model.namedParameters().keySet()) {
      for (int end = name.length(); end > 0; end = name.lastIndexOf('.', end - 1)) {
        for (int from = 0; from >= 0 && from < end; ) {
          parts.add(name.substring(from, end));
          int dot = name.indexOf('.', from);
          from = dot < 0 ? end : dot + 1;
        }
      }
    }
    return parts;
  }

  private static String examples(Module model) {
    List<String> names = List.copyOf(model.namedParameters().keySet());
    return names.get(0) + " and " + names.get(names.size() - 1);
  }
}
