package org.attune.models;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.attune.UsageException;
import org.attune.checkpoint.ConfigJson;
import org.attune.nn.LayerStack;
import org.attune.nn.Parameter;
import org.attune.tensor.Autograd;

/**
 * A shallower model out of a deep one: some of its layers, and all else. DistilBERT's student
 * begins as every second layer of its teacher (Sanh et al. 2019, section 2).
 */
public final class KeptLayers {
  private KeptLayers() {}

  /**
   * A copy with these layers only.
   *
   * @param deep stays as it is
   * @param layers numbers from 0, ascending
   * @throws UsageException where the model lacks one of them, or its family cannot leave layers out
   */
  public static Model of(Model deep, List<Integer> layers) {
    ModelFamily family = Families.of(deep.config());
    String key =
        family
            .layersKey()
            .orElseThrow(
                () ->
                    new UsageException(
                        "models: layers of "
                            + family.modelType()
                            + " cannot be chosen; its first one holds what the others share"));
    check(layers, Internals.layers(deep));
    ConfigJson config = deep.config().with(key, layers.size());
    Model shallow = family.create(config, deep.head());
    String path = stackPath(deep);
    Map<String, Parameter> source = deep.namedParameters();
    Autograd.noGrad(
        () ->
            shallow
                .namedParameters()
                .forEach(
                    (name, parameter) -> {
                      if (!parameter.hasValue()) {
                        Parameter from = source.get(nameInDeep(name, path, layers));
                        parameter.set(from.value().detach().copy());
                        parameter.trainable(from.trainable());
                      }
                    }));
    return shallow;
  }

  private static void check(List<Integer> layers, int count) {
    List<Integer> ascending = layers.stream().sorted().toList();
    if (layers.isEmpty()
        || !ascending.equals(layers)
        || new HashSet<>(layers).size() < layers.size()) {
      throw new UsageException(
          "models: layers are " + layers + ", expected numbers that rise, such as [0, 2, 4]");
    }
    if (layers.get(0) < 0 || layers.get(layers.size() - 1) >= count) {
      throw new UsageException(
          "models: layers are "
              + layers
              + ", the model has "
              + count
              + ", numbered 0 to "
              + (count - 1));
    }
  }

  private static String stackPath(Model model) {
    List<String> paths = new ArrayList<>();
    model.visit(
        (path, module) -> {
          if (module instanceof LayerStack<?>) {
            paths.add(path + ".");
          }
        });
    return paths.get(0);
  }

  /** bert.encoder.layer.1.output.dense.bias of the shallow model is layer.2's of the deep one. */
  private static String nameInDeep(String name, String stack, List<Integer> layers) {
    if (!name.startsWith(stack)) {
      return name;
    }
    String rest = name.substring(stack.length());
    int dot = rest.indexOf('.');
    int layer = Integer.parseInt(rest.substring(0, dot));
    return stack + layers.get(layer) + rest.substring(dot);
  }
}
