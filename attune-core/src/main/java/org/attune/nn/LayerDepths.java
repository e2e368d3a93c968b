package org.attune.nn;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How far below the output each parameter of a model stands, read off its {@link LayerStack}s and
 * the order of its modules, so that it holds for every family: 0 for the head and all that comes
 * after the layers, 1 for the last layer, n for the first of n, n + 1 for the embeddings, that is
 * all that comes before the layers. Encoder and decoder of a model that has both are counted apart,
 * each from its own last layer. A tied parameter stands where it is met first.
 */
public final class LayerDepths {
  private final Map<Parameter, Integer> depths =
      new HashMap<>(); // by identity: a parameter has no equals
  private final int layers;

  /** A stack and where its parameters' names begin. */
  private record Stack(String path, LayerStack<?> layers) {}

  private LayerDepths(int layers) {
    this.layers = layers;
  }

  /** Of a model; all 0 where it has no stack of layers. */
  public static LayerDepths of(Module model) {
    List<Stack> stacks = new ArrayList<>();
    List<String> modules = new ArrayList<>();
    model.visit(
        (path, module) -> {
          modules.add(path);
          if (module instanceof LayerStack<?> stack && stack.size() > 0) {
            stacks.add(new Stack(path, stack));
          }
        });
    var result = new LayerDepths(stacks.stream().mapToInt(s -> s.layers.size()).max().orElse(0));
    List<String> order = List.copyOf(model.namedParameters().keySet());
    model
        .namedParameters()
        .forEach((name, p) -> result.depths.putIfAbsent(p, depth(name, stacks, order, modules)));
    return result;
  }

  private static int depth(
      String name, List<Stack> stacks, List<String> order, List<String> modules) {
    for (Stack stack : stacks) {
      if (inside(name, stack.path)) {
        String rest = name.substring(stack.path.isEmpty() ? 0 : stack.path.length() + 1);
        return stack.layers.size() - Integer.parseInt(rest.substring(0, rest.indexOf('.')));
      }
    }
    List<Stack> near = nearest(name, stacks, modules);
    boolean before = !near.isEmpty() && isBefore(name, near.get(0), order);
    return before ? near.stream().mapToInt(stack -> stack.layers.size()).max().orElse(0) + 1 : 0;
  }

  /** The stacks in the smallest module that holds the parameter and any of them. */
  private static List<Stack> nearest(String name, List<Stack> stacks, List<String> modules) {
    return modules.stream()
        .filter(module -> inside(name, module))
        .sorted(Comparator.comparingInt(String::length).reversed())
        .map(module -> stacks.stream().filter(stack -> inside(stack.path, module)).toList())
        .filter(some -> !some.isEmpty())
        .findFirst()
        .orElse(List.of());
  }

  private static boolean isBefore(String name, Stack stack, List<String> order) {
    int first = 0;
    while (!inside(order.get(first), stack.path)) {
      first++;
    }
    return order.indexOf(name) < first;
  }

  private static boolean inside(String name, String module) {
    return module.isEmpty() || name.equals(module) || name.startsWith(module + ".");
  }

  /** Layers of the longest stack; 0 where there is none. */
  public int layers() {
    return layers;
  }

  /** The depth of one of the model's parameters. */
  public int of(Parameter parameter) {
    return depths.get(parameter);
  }
}
