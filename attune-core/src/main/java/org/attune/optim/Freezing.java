package org.attune.optim;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.attune.UsageException;
import org.attune.nn.Module;
import org.attune.nn.NamePattern;
import org.attune.nn.Parameter;

/**
 * Which parameters stay as they are: those that none of {@code only} names, where it names any, and
 * those that {@code freeze} names. {@code only: [classifier]} is linear probing; {@code only:
 * [bias, classifier]} is BitFit (Ben Zaken et al. 2022); {@code freeze: [embeddings,
 * encoder.layer.0]} keeps the bottom of a BERT.
 *
 * @param only {@link NamePattern patterns} of what may be trained; empty for all
 * @param freeze patterns of what may not
 */
public record Freezing(List<String> only, List<String> freeze) {
  private static final Freezing NONE = new Freezing(List.of(), List.of());

  /**
   * Checks the patterns.
   *
   * @throws UsageException where one is no regular expression
   */
  public Freezing {
    only = List.copyOf(only);
    freeze = List.copyOf(freeze);
    only.forEach(NamePattern::new);
    freeze.forEach(NamePattern::new);
  }

  public static Freezing none() {
    return NONE;
  }

  public boolean isNone() {
    return only.isEmpty() && freeze.isEmpty();
  }

  /**
   * Freezes parameters of a model. Those that are frozen already stay so.
   *
   * @throws UsageException when a pattern names nothing, or nothing is left to train
   */
  public void apply(Module model) {
    if (isNone()) {
      return;
    }
    Map<String, Parameter> parameters = model.namedParameters();
    Set<Parameter> kept = NamePattern.anyOf(only, model, "train.only");
    Set<Parameter> frozen = NamePattern.anyOf(freeze, model, "train.freeze");
    for (Parameter parameter : Set.copyOf(parameters.values())) {
      boolean stays = !only.isEmpty() && !kept.contains(parameter);
      if (stays || frozen.contains(parameter)) {
        parameter.trainable(false);
      }
    }
    if (parameters.values().stream().noneMatch(Parameter::trainable)) {
      throw new UsageException(
          "train: nothing is left to train: "
              + (only.isEmpty() ? "" : "only " + quoted(only) + " and ")
              + "freeze "
              + quoted(freeze)
              + " leave out all "
              + parameters.size()
              + " parameters");
    }
  }

  private static String quoted(List<String> patterns) {
    return patterns.stream().map(p -> "'" + p + "'").collect(Collectors.joining(", "));
  }

  @Override
  public String toString() {
    return "only " + only + ", freeze " + freeze;
  }
}
