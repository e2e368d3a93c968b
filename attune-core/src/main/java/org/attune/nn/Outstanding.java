package org.attune.nn;

import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * How often each layer has still to go backward: a model that reads two texts before its loss runs
 * each layer twice, and the layer's gradients are complete after the second time.
 */
final class Outstanding {
  private final IdentityHashMap<Module, Integer> passes = new IdentityHashMap<>();

  void clear() {
    passes.clear();
  }

  /** Counts a segment's forward pass; what it returns counts its backward pass. */
  Runnable add(Segment<?> segment, BackwardPlan plan) {
    if (plan.finished().isEmpty()) {
      return () -> {};
    }
    List<? extends Module> layers = segment.layers();
    layers.forEach(layer -> passes.merge(layer, 1, Integer::sum));
    return () -> {
      Set<Parameter> complete = Collections.newSetFromMap(new IdentityHashMap<>());
      for (Module layer : layers) {
        if (passes.merge(layer, -1, Integer::sum) == 0) {
          complete.addAll(trainable(layer));
        }
      }
      plan.finished().orElseThrow().accept(complete);
    };
  }

  private static Collection<Parameter> trainable(Module layer) {
    return layer.namedParameters().values().stream().filter(Parameter::trainable).toList();
  }
}
