package org.attune.models;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.attune.UsageException;
import org.attune.nn.Module;
import org.attune.nn.Parameter;

/**
 * Several models with one body: each has a head of its own, and the body's weights are the same
 * tensors in all (hard parameter sharing, Caruana 1997). What counts as body is what every
 * checkpoint of the family has; a pooler belongs to its head.
 */
public final class SharedBody extends Module {
  private final Map<String, Model> models = new LinkedHashMap<>();

  /**
   * Ties the bodies of models of one checkpoint to the first one's.
   *
   * @param models by the names of their tasks, in order; owned from here on
   * @throws UsageException when there is none, or they are of unlike families or sizes
   */
  public SharedBody(Map<String, Model> models) {
    if (models.isEmpty()) {
      throw new UsageException("models: a shared body needs at least one model");
    }
    Model first = models.values().iterator().next();
    models.forEach(
        (name, model) -> {
          if (model != first) {
            tie(first, model);
          }
          this.models.put(name, child(name, model));
        });
  }

  private static void tie(Model first, Model other) {
    ModelFamily family = Families.of(first.config());
    Map<String, Parameter> shared = first.namedParameters();
    other
        .namedParameters()
        .forEach(
            (name, parameter) -> {
              if (!family.mayBeNew(name)) {
                Parameter body = shared.get(name);
                if (body == null || !body.shape().equals(parameter.shape())) {
                  throw new UsageException(
                      "models: "
                          + name
                          + " is not alike in all models, so that they cannot share it");
                }
                parameter.tieTo(body);
              }
            });
  }

  /** The tasks' names in order. */
  public List<String> names() {
    return List.copyOf(models.keySet());
  }

  /** The body with the head of one task. */
  public Model model(String name) {
    return models.get(name);
  }

  /** The parameters that all tasks share, by their first names in {@link #namedParameters}. */
  public Map<String, Parameter> body() {
    String first = names().get(0);
    ModelFamily family = Families.of(model(first).config());
    Map<String, Parameter> body = new LinkedHashMap<>();
    model(first)
        .namedParameters()
        .forEach(
            (name, parameter) -> {
              if (!family.mayBeNew(name)) {
                body.put(first + "." + name, parameter);
              }
            });
    return body;
  }
}
