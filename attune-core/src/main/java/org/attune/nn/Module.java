package org.attune.nn;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import org.attune.tensor.DType;
import org.attune.tensor.Device;
import org.attune.tensor.Rng;
import org.attune.tensor.Shape;

/**
 * Parameters and child modules under names. The path of names joined by dots is a parameter's name
 * in a checkpoint.
 *
 * <p>A module belongs to one thread at a time while it trains; any number may predict with it.
 */
public abstract class Module implements AutoCloseable {
  private final Map<String, Module> children = new LinkedHashMap<>();
  private final Map<String, Parameter> parameters = new LinkedHashMap<>();
  private boolean training;
  private long step;

  /**
   * Registers a child; its name may hold dots, as {@code "output.dense"} does. The names of a child
   * called "" stand among this module's own.
   */
  protected final <M extends Module> M child(String name, M module) {
    if (children.putIfAbsent(name, module) != null) {
      throw new IllegalArgumentException("two children are called '" + name + "'");
    }
    return module;
  }

  /** Registers an empty parameter. */
  protected final Parameter parameter(String name, Parameter.Init init, long... dims) {
    return parameter(name, new Parameter(Shape.of(dims), init));
  }

  /** Registers a parameter that another module holds too, as tied embeddings are. */
  protected final Parameter parameter(String name, Parameter shared) {
    if (parameters.putIfAbsent(name, shared) != null) {
      throw new IllegalArgumentException("two parameters are called '" + name + "'");
    }
    return shared;
  }

  /**
   * All parameters by full name, in the order a forward pass meets them. Tied ones stand at each
   * name.
   */
  public final Map<String, Parameter> namedParameters() {
    Map<String, Parameter> all = new LinkedHashMap<>();
    visit(
        "",
        (path, module) -> module.parameters.forEach((n, p) -> all.put(join(path, n), p.root())));
    return all;
  }

  /** Calls the visitor with each module and its path, this one first. */
  public final void visit(BiConsumer<String, Module> visitor) {
    visit("", visitor);
  }

  private void visit(String path, BiConsumer<String, Module> visitor) {
    visitor.accept(path, this);
    children.forEach((name, child) -> child.visit(join(path, name), visitor));
  }

  private static String join(String path, String name) {
    if (path.isEmpty() || name.isEmpty()) {
      return path + name;
    }
    return path + "." + name;
  }

  /** Number of elements in all parameters, tied ones once. */
  public final long parameterCount() {
    return namedParameters().values().stream().distinct().mapToLong(p -> p.shape().numel()).sum();
  }

  /** Switches dropout on (true) or off in this module and below. */
  public final void train(boolean on) {
    visit((path, module) -> module.training = on);
    if (on) {
      unpackMatrices();
    }
  }

  public final boolean training() {
    return training;
  }

  /**
   * Gives every dropout below its source of randomness; a site's draws depend on its path alone,
   * not on the order of calls.
   */
  public final void randomness(Rng rng) {
    visit(
        (path, module) -> {
          if (module instanceof Dropout dropout) {
            dropout.drawFrom(rng, Rng.site(path));
          }
        });
  }

  /** Tells every dropout which (micro) step its next draws belong to. */
  public final void beginStep(long step) {
    this.step = step;
    visit(
        (path, module) -> {
          if (module instanceof Dropout dropout) {
            dropout.startStep(step);
          } else if (module instanceof LayerStack<?> stack) {
            stack.startStep();
          }
        });
  }

  /**
   * How the layers below go backward from now on: {@link BackwardPlan#recomputing} trades the
   * memory of their activations for computing them twice. The gradients are the same.
   */
  public final void backwardPlan(BackwardPlan plan) {
    visit(
        (path, module) -> {
          if (module instanceof LayerStack<?> stack) {
            stack.plan(plan);
          }
        });
  }

  /** The (micro) step that was begun last, so that other draws can belong to it too. */
  public final long step() {
    return step;
  }

  /** Lets every dropout draw once more what it drew since {@link #beginStep}. */
  public final void redraw() {
    visit(
        (path, module) -> {
          if (module instanceof Dropout dropout) {
            dropout.restartStep();
          }
        });
  }

  /**
   * Fills the parameters that have no value yet.
   *
   * @param range standard deviation of the normal ones
   */
  public final void initialize(Rng rng, double range) {
    namedParameters()
        .forEach(
            (name, parameter) -> {
              if (!parameter.hasValue()) {
                parameter.initialize(rng, range, name);
              }
            });
  }

  /** Moves all parameters to a device. */
  public final void to(Device device) {
    namedParameters().values().stream().distinct().forEach(p -> p.to(device));
  }

  /**
   * Keeps the matrices (and tables of embeddings) in another type, BF16 to halve what each token
   * must read; vectors stay in F32. For prediction under {@code Autocast}.
   */
  public final void matricesTo(DType type) {
    namedParameters().values().stream()
        .distinct()
        .filter(parameter -> parameter.shape().rank() > 1)
        .forEach(parameter -> parameter.to(type));
  }

  /**
   * Keeps the matrices of linear layers once more, in the layout in which the engine multiplies few
   * rows fastest ({@link org.attune.tensor.PackedMatrix}). For prediction with weights that stay as
   * they are: it takes the memory of those matrices again and some nanoseconds a number. {@code
   * train(true)} frees the copies.
   */
  public final void packMatrices() {
    // Not from several threads: each would get OpenMP threads of its own, and with more of them
    // than
    // cores OpenMP puts waiting ones to sleep, which makes every later product wait for its second.
    visit((path, module) -> module.pack());
  }

  /** Frees what {@link #packMatrices} made. */
  public final void unpackMatrices() {
    visit((path, module) -> module.unpack());
  }

  /** Packs this module's own matrix, if it has one. */
  void pack() {}

  void unpack() {}

  /** Forgets all gradients. */
  public final void clearGrads() {
    namedParameters().values().forEach(p -> p.value().clearGrad());
  }

  /** Frees all parameters. */
  @Override
  public void close() {
    unpackMatrices();
    namedParameters().values().forEach(Parameter::close);
  }
}
