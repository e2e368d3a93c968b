package org.attune.nn;

import java.util.Optional;
import org.attune.tensor.DType;
import org.attune.tensor.Device;
import org.attune.tensor.Rng;
import org.attune.tensor.Shape;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;

/**
 * A named place for a tensor that is learned. It is empty until a checkpoint or {@link
 * Module#initialize} fills it, so that loading never allocates what it then throws away.
 */
public final class Parameter {
  /** How a new parameter starts. */
  public enum Init {
    /** Normal with mean 0 and the model's {@code initializer_range}. */
    NORMAL,
    ZEROS,
    ONES
  }

  private final Shape shape;
  private final Init init;
  private double deviation; // of a normal one, as a multiple of the model's
  private Tensor value;
  private boolean trainable = true;
  private Optional<Parameter> tied = Optional.empty();

  Parameter(Shape shape, Init init) {
    this(shape, init, 1);
  }

  Parameter(Shape shape, Init init, double deviation) {
    this.shape = shape;
    this.init = init;
    this.deviation = deviation;
  }

  public Shape shape() {
    return shape;
  }

  /**
   * The value, F32 unless it was loaded otherwise.
   *
   * @throws IllegalStateException when nothing has been loaded or initialized yet
   */
  public Tensor value() {
    if (tied.isPresent()) {
      return tied.get().value();
    }
    if (value == null) {
      throw new IllegalStateException(
          "a parameter of shape " + shape + " has no value: load a checkpoint or call initialize");
    }
    return value;
  }

  /**
   * Where a family starts its matrices with unlike deviations.
   *
   * @param multiple of the model's deviation that a normal one starts with
   * @return this
   */
  public Parameter deviation(double multiple) {
    deviation = multiple;
    return this;
  }

  public boolean hasValue() {
    return tied.map(Parameter::hasValue).orElse(value != null);
  }

  /**
   * Makes this parameter one with another, whose value both have from now on, and frees its own. So
   * several models share a body; {@link Module#namedParameters} shows the other at both names.
   */
  public void tieTo(Parameter other) {
    if (!other.shape.equals(shape)) {
      throw new IllegalArgumentException(
          "a parameter of shape " + shape + " cannot be one with a parameter of " + other.shape);
    }
    close();
    tied = Optional.of(other.root());
  }

  /** The parameter that holds the value: this one, or what it was tied to. */
  Parameter root() {
    return tied.map(Parameter::root).orElse(this);
  }

  /** The gradient of the last backward passes, dense; empty where none arrived. */
  public Optional<Tensor> grad() {
    return value().grad().map(Tensor::dense);
  }

  /**
   * The same as the backward pass left it: of an embedding table it is sparse, {@link
   * org.attune.tensor.SparseRows}.
   */
  public Optional<Tensor> storedGrad() {
    return value().grad();
  }

  /** Puts a tensor in place, without copying it; it lives as long as the module does. */
  public void set(Tensor tensor) {
    if (!tensor.shape().equals(shape)) {
      throw new IllegalArgumentException(
          "a parameter of shape " + shape + " cannot hold " + tensor.describe());
    }
    if (tied.isPresent()) {
      tied.get().set(tensor);
      return;
    }
    Tensor before = value;
    value = tensor.keep();
    applyTrainable();
    if (before != null && before != tensor) {
      before.close();
    }
  }

  public boolean trainable() {
    return root().trainable;
  }

  /** Whether the optimizer may change it and backward passes compute its gradient. */
  public void trainable(boolean isTrainable) {
    if (tied.isPresent()) {
      tied.get().trainable(isTrainable);
      return;
    }
    trainable = isTrainable;
    if (value != null) {
      applyTrainable();
    }
  }

  private void applyTrainable() {
    if (value.dtype().isFloating()) {
      value.requiresGrad(trainable);
    }
  }

  void initialize(Rng rng, double range, String name) {
    set(
        switch (init) {
          case NORMAL -> rng.normal(shape, range * deviation, 0, Rng.site(name));
          case ZEROS -> Tensors.zeros(shape, DType.F32);
          case ONES -> Tensors.ones(shape, DType.F32);
        });
  }

  void to(Device device) {
    set(value().detach().to(device));
  }

  void to(DType type) {
    set(value().detach().to(type));
  }

  void close() {
    if (value != null) {
      value.close();
      value = null;
    }
  }
}
