package org.attune.train;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.attune.UsageException;
import org.attune.nn.LayerDepths;
import org.attune.nn.LayerStack;
import org.attune.nn.Module;
import org.attune.nn.Parameter;

/**
 * The bottom of a model that does not change: what comes before its layers, and the first of them.
 *
 * @param stack all layers of the model
 * @param layers frozen, from the first on
 * @param parameters of the bottom, by name
 */
record FrozenPrefix(LayerStack<?> stack, int layers, Map<String, Parameter> parameters) {
  /**
   * As much of a model as is frozen from the input on.
   *
   * @throws UsageException when that is no layer, or the model has not one stack of them
   */
  static FrozenPrefix of(Module model) {
    List<LayerStack<?>> stacks = LayerStack.in(model);
    if (stacks.size() != 1) {
      throw new UsageException(
          "prefix_cache: the model has "
              + stacks.size()
              + " stacks of layers, expected one; leave prefix_cache out");
    }
    LayerDepths depths = LayerDepths.of(model);
    Map<String, Parameter> all = model.namedParameters();
    int learning = // the greatest depth with something to train
        all.values().stream().filter(Parameter::trainable).mapToInt(depths::of).max().orElse(0);
    int count = learning == 0 ? depths.layers() : depths.layers() - learning;
    if (count < 1) {
      throw new UsageException(
          "prefix_cache: "
              + (count < 0 ? "the embeddings are" : "the first layer is")
              + " trained, so that nothing can be kept; freeze the embeddings and layers from the"
              + " first on, with 'freeze' or 'only', or leave prefix_cache out");
    }
    Map<String, Parameter> bottom = new LinkedHashMap<>();
    all.forEach(
        (name, parameter) -> {
          if (depths.of(parameter) > learning) {
            bottom.put(name, parameter);
          }
        });
    return new FrozenPrefix(stacks.get(0), count, bottom);
  }
}
