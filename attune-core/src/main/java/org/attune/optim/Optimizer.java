package org.attune.optim;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.attune.AttuneException;
import org.attune.nn.Module;
import org.attune.nn.Parameter;
import org.attune.tensor.Autograd;
import org.attune.tensor.DType;
import org.attune.tensor.FusedAdamW;
import org.attune.tensor.Scope;
import org.attune.tensor.Shape;
import org.attune.tensor.SparseRows;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;

/**
 * {@link AdamW} at work: the two moments of each trainable parameter, and the step that uses them.
 *
 * <p>A parameter's moments are made at its first gradient; without a gradient it is left alone,
 * decay included. Tied parameters are one.
 */
public final class Optimizer implements AutoCloseable {
  /** Elements of an embedding table that are stepped at a time: 2 MB of gradient. */
  private static final long TABLE_BLOCK = 1 << 19;

  private final AdamW settings;
  private final ParameterGroups groups;
  private final Map<String, Moments> moments = new LinkedHashMap<>();

  /** What AdamW remembers of one parameter; {@code steps} is a scalar, as the engine wants it. */
  private record Moments(Tensor first, Tensor second, Tensor steps) {
    static Moments zero(Shape shape) {
      return new Moments(
          Tensors.zeros(shape, DType.F32).keep(),
          Tensors.zeros(shape, DType.F32).keep(),
          Tensors.zeros(Shape.of(), DType.F32).keep());
    }

    /** Of some rows only. */
    Moments narrow(long start, long count) {
      return new Moments(first.narrow(0, start, count), second.narrow(0, start, count), steps);
    }

    void close() {
      first.close();
      second.close();
      steps.close();
    }
  }

  Optimizer(AdamW settings, Module model) {
    this.settings = settings;
    this.groups = ParameterGroups.of(model);
  }

  public AdamW settings() {
    return settings;
  }

  /** The trainable parameters by name, each once. */
  public Map<String, Parameter> parameters() {
    Map<String, Parameter> all = new LinkedHashMap<>(groups.decayed());
    all.putAll(groups.undecayed());
    return all;
  }

  /** Bytes that the state of all parameters takes once each has had a gradient. */
  public long stateBytes() {
    long numbers = parameters().values().stream().mapToLong(p -> 2 * p.shape().numel() + 1).sum();
    return numbers * DType.F32.bytes();
  }

  /**
   * Changes the parameters by their gradients.
   *
   * @param lr this step's learning rate
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
            stepGroup(groups.decayed(), lr, settings.weightDecay(), gradientFactor, chosen);
            stepGroup(groups.undecayed(), lr, 0, gradientFactor, chosen);
          }
        });
  }

  private void stepGroup(
      Map<String, Parameter> group,
      double lr,
      double weightDecay,
      double gradientFactor,
      Predicate<Parameter> chosen) {
    var values = new ArrayList<Tensor>();
    var gradients = new ArrayList<Tensor>();
    var states = new ArrayList<Moments>();
    Update update = update(lr, weightDecay, gradientFactor);
    group.forEach(
        (name, parameter) ->
            parameter
                .storedGrad()
                .filter(gradient -> chosen.test(parameter))
                .ifPresent(
                    gradient -> {
                      Moments own =
                          moments.computeIfAbsent(name, n -> Moments.zero(parameter.shape()));
                      own.steps.addInPlace(1);
                      if (gradient.isSparse()) {
                        stepTable(parameter.value(), SparseRows.of(gradient), own, update);
                      } else {
                        values.add(parameter.value());
                        gradients.add(gradient);
                        states.add(own);
                      }
                    }));
    if (!values.isEmpty()) {
      update.apply(values, gradients, states);
    }
  }

  /** One call of the fused step, all but the tensors. */
  private interface Update {
    void apply(List<Tensor> values, List<Tensor> gradients, List<Moments> states);
  }

  private Update update(double lr, double weightDecay, double gradientFactor) {
    Optional<Tensor> divisor = divisor(gradientFactor);
    return (values, gradients, states) ->
        FusedAdamW.step(
            values,
            gradients,
            states.stream().map(Moments::first).toList(),
            states.stream().map(Moments::second).toList(),
            states.stream().map(Moments::steps).toList(),
            lr,
            settings.beta1(),
            settings.beta2(),
            weightDecay,
            settings.eps(),
            divisor);
  }

  /**
   * The step of an embedding table, block by block. AdamW moves rows without a gradient too, by
   * their moments; a block's gradient fits the cache, and the whole one never exists.
   */
  private static void stepTable(Tensor table, SparseRows gradient, Moments own, Update update) {
    long rows = table.size(0);
    long width = table.numel() / rows;
    long block = Math.min(rows, Math.max(1, TABLE_BLOCK / width));
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
      update.apply(
          List.of(table.narrow(0, start, count)),
          List.of(dense),
          List.of(own.narrow(start, count)));
    }
  }

  /** The engine divides gradients by a tensor while it reads them: clipping without a pass. */
  private static Optional<Tensor> divisor(double gradientFactor) {
    return gradientFactor == 1
        ? Optional.empty()
        : Optional.of(Tensors.full(Shape.of(), DType.F32, 1 / gradientFactor));
  }

  /**
   * The state as named tensors: {@code NAME.exp_avg}, {@code NAME.exp_avg_sq} (the parameter's
   * shape) and {@code NAME.step} (a scalar). They are the optimizer's own, not copies.
   */
  public Map<String, Tensor> state() {
    Map<String, Tensor> state = new LinkedHashMap<>();
    moments.forEach(
        (name, own) -> {
          state.put(name + ".exp_avg", own.first);
          state.put(name + ".exp_avg_sq", own.second);
          state.put(name + ".step", own.steps);
        });
    return state;
  }

  /**
   * Copies a saved state in.
   *
   * @throws AttuneException when it belongs to other parameters
   */
  public void load(Map<String, Tensor> state) {
    Map<String, Parameter> parameters = parameters();
    close();
    Map<String, Tensor> left = new LinkedHashMap<>(state);
    parameters.forEach(
        (name, parameter) -> {
          if (state.containsKey(name + ".step")) {
            Moments own = Moments.zero(parameter.shape());
            moments.put(name, own);
            copy(name + ".exp_avg", left, own.first);
            copy(name + ".exp_avg_sq", left, own.second);
            copy(name + ".step", left, own.steps);
          }
        });
    if (!left.isEmpty()) {
      throw new AttuneException(
          "optimizer: the saved state has '"
              + left.keySet().iterator().next()
              + "', which no trainable parameter matches; was the checkpoint made by another model"
              + " or with other parameters frozen?");
    }
  }

  private static void copy(String name, Map<String, Tensor> source, Tensor target) {
    Tensor saved = source.remove(name);
    if (saved == null) {
      throw new AttuneException("optimizer: the saved state lacks '" + name + "'");
    }
    if (!saved.shape().equals(target.shape())) {
      throw new AttuneException(
          "optimizer: the saved "
              + name
              + " is "
              + saved.shape()
              + ", the model expects "
              + target.shape());
    }
    target.copyFrom(saved);
  }

  /** Frees the moments; a further step starts from zero. */
  @Override
  public void close() {
    List.copyOf(moments.values()).forEach(Moments::close);
    moments.clear();
  }
}
