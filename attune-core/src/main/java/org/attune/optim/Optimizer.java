package org.attune.optim;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.attune.AttuneException;
import org.attune.nn.Module;
import org.attune.nn.Parameter;
import org.attune.tensor.Autograd;
import org.attune.tensor.DType;
import org.attune.tensor.Scope;
import org.attune.tensor.Shape;
import org.attune.tensor.SparseRows;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;

/**
 * {@link OptimizerSettings} at work: what their rule remembers of each trainable parameter, and the
 * step that uses it.
 *
 * <p>It is made over the parameters that are trainable then. A parameter's state is made at its
 * first gradient; without a gradient it is left alone, decay included. So one that is frozen for
 * some steps, and thawed later, starts with an empty state when its first gradient comes. Tied
 * parameters are one.
 */
public final class Optimizer implements AutoCloseable {
  /** Elements of an embedding table that are stepped at a time: 2 MB of gradient. */
  private static final long TABLE_BLOCK = 1 << 19;

  private final OptimizerSettings settings;
  private final UpdateRule rule;
  private final List<ParameterGroups.Group> groups;
  private final Map<String, Map<String, Tensor>> states = new LinkedHashMap<>();

  Optimizer(OptimizerSettings settings, Module model) {
    this.settings = settings;
    this.rule = settings.rule();
    this.groups = ParameterGroups.of(settings, model);
  }

  public OptimizerSettings settings() {
    return settings;
  }

  /** The trainable parameters by name, each once. */
  public Map<String, Parameter> parameters() {
    Map<String, Parameter> all = new LinkedHashMap<>();
    groups.forEach(group -> all.putAll(group.parameters()));
    return all;
  }

  /** Bytes that the state of all parameters takes once each has had a gradient. */
  public long stateBytes() {
    return parameters().values().stream()
        .flatMap(parameter -> rule.memory(parameter.shape()).values().stream())
        .mapToLong(UpdateRule.Memory::bytes)
        .sum();
  }

  /**
   * Changes the parameters by their gradients.
   *
   * @param lr this step's learning rate, of which a group may have a multiple
   * @param gradientFactor multiplies every gradient first; see {@link GradientClip#factor}
   */
  public void step(double lr, double gradientFactor) {
    step(lr, gradientFactor, parameter -> true);
  }

  /** The same for some of the parameters, those whose gradients are complete. */
  public void step(double lr, double gradientFactor, Predicate<Parameter> chosen) {
    Autograd.noGrad(
        () -> {
          try (Scope scope = Scope.open()) {
            // A technique may have frozen a parameter for a while.
            groups.forEach(
                group -> step(group, lr, gradientFactor, chosen.and(Parameter::trainable)));
          }
        });
  }

  private void step(
      ParameterGroups.Group group, double lr, double gradientFactor, Predicate<Parameter> chosen) {
    var step = new UpdateRule.Step(lr * group.rate(), group.weightDecay(), gradientFactor);
    List<UpdateRule.Slot> slots = new ArrayList<>();
    group
        .parameters()
        .forEach(
            (name, parameter) ->
                parameter
                    .storedGrad()
                    .filter(gradient -> chosen.test(parameter))
                    .ifPresent(
                        gradient -> {
                          Map<String, Tensor> state = state(name, parameter.shape());
                          rule.count(state);
                          if (gradient.isSparse()
                              && rule.rowsTogether(width(parameter)).isPresent()) {
                            stepTable(parameter, SparseRows.of(gradient), state, step);
                          } else {
                            slots.add(
                                new UpdateRule.Slot(parameter.value(), gradient.dense(), state));
                          }
                        }));
    if (!slots.isEmpty()) {
      rule.step(slots, step);
    }
  }

  private Map<String, Tensor> state(String name, Shape shape) {
    return states.computeIfAbsent(
        name,
        n -> {
          Map<String, Tensor> fresh = new LinkedHashMap<>();
          rule.memory(shape)
              .forEach(
                  (key, memory) ->
                      fresh.put(
                          key, Tensors.full(memory.shape(), memory.type(), memory.start()).keep()));
          return fresh;
        });
  }

  private static long width(Parameter table) {
    return table.shape().numel() / table.shape().size(0);
  }

  /**
   * The step of an embedding table, block by block. Rows without a gradient move too, by what is
   * remembered of them; a block's gradient fits the cache, and the whole one never exists.
   */
  private void stepTable(
      Parameter parameter, SparseRows gradient, Map<String, Tensor> state, UpdateRule.Step step) {
    Tensor table = parameter.value();
    long rows = table.size(0);
    long width = width(parameter);
    long together = rule.rowsTogether(width).orElseThrow();
    long block = Math.min(rows, Math.max(1, TABLE_BLOCK / width / together) * together);
    Tensor room = Tensors.empty(Shape.of(block, width), DType.F32);
    long[] touched = gradient.rows().toLongs();
    int from = 0;
    for (long start = 0; start < rows; start += block) {
      long count = Math.min(block, rows - start);
      int to = from;
      while (to < touched.length && touched[to] < start + count) {
        to++;
      }
      Tensor dense = room.narrow(0, 0, count).zeroInPlace();
      if (to > from) {
        long first = start;
        long[] places = Arrays.stream(touched, from, to).map(row -> row - first).toArray();
        dense.indexCopyInPlace(
            0,
            Tensors.ofLongs(places, places.length),
            gradient.values().narrow(0, from, to - from));
      }
      from = to;
      rule.step(
          List.of(
              new UpdateRule.Slot(
                  table.narrow(0, start, count), dense, rule.rows(state, start, count, width))),
          step);
    }
  }

  /**
   * The state as named tensors, {@code NAME.exp_avg} and what else the rule remembers of a
   * parameter. They are the optimizer's own, not copies.
   */
  public Map<String, Tensor> state() {
    Map<String, Tensor> all = new LinkedHashMap<>();
    states.forEach(
        (name, state) -> state.forEach((key, tensor) -> all.put(name + "." + key, tensor)));
    return all;
  }

  /**
   * Copies a saved state in.
   *
   * @throws AttuneException when it belongs to other parameters or another optimizer
   */
  public void load(Map<String, Tensor> saved) {
    Map<String, Parameter> parameters = parameters();
    close();
    Map<String, Tensor> left = new LinkedHashMap<>(saved);
    parameters.forEach(
        (name, parameter) -> {
          Set<String> keys = rule.memory(parameter.shape()).keySet();
          if (keys.stream().anyMatch(key -> saved.containsKey(name + "." + key))) {
            state(name, parameter.shape())
                .forEach((key, target) -> copy(name + "." + key, left, target));
          }
        });
    if (!left.isEmpty()) {
      throw new AttuneException(
          "optimizer: the saved state has '"
              + left.keySet().iterator().next()
              + "', which no trainable parameter matches; was the checkpoint made by another model,"
              + " another optimizer or with other parameters frozen?");
    }
  }

  private static void copy(String name, Map<String, Tensor> source, Tensor target) {
    Tensor saved = source.remove(name);
    if (saved == null) {
      throw new AttuneException("optimizer: the saved state lacks '" + name + "'");
    }
    if (!saved.shape().equals(target.shape()) || saved.dtype() != target.dtype()) {
      throw new AttuneException(
          "optimizer: the saved "
              + name
              + " is "
              + saved.describe()
              + ", the model expects "
              + target.describe());
    }
    target.copyFrom(saved);
  }

  /** Frees the state; a further step starts anew. */
  @Override
  public void close() {
    states.values().forEach(state -> state.values().forEach(Tensor::close));
    states.clear();
  }
}
