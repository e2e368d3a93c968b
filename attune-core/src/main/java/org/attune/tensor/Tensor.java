package org.attune.tensor;

import static org.attune.tensor.EngineCall.tensor;
import static org.attune.tensor.EngineCall.value;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.TensorArrayRefOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * An array of numbers in native memory, with automatic differentiation.
 *
 * <p>Operations return new tensors and follow PyTorch's rules of broadcasting and type promotion.
 * Methods whose name ends in {@code InPlace}, {@link #copyFrom} and {@link #clearGrad} change this
 * one. Negative dimensions count from the last. Who frees a tensor, and when: {@link Scope}.
 *
 * @see Tensors making tensors from Java arrays and reading them back
 * @see Functional operations on whole layers
 */
public final class Tensor implements AutoCloseable {
  private final org.bytedeco.pytorch.Tensor handle;
  private Scope scope;

  private Tensor(org.bytedeco.pytorch.Tensor handle, Scope scope) {
    this.handle = handle;
    this.scope = scope;
  }

  static Tensor of(org.bytedeco.pytorch.Tensor handle) {
    Scope scope = Scope.innermost();
    Tensor tensor = new Tensor(handle, scope);
    if (scope != null) {
      scope.add(tensor);
    }
    return tensor;
  }

  org.bytedeco.pytorch.Tensor handle() {
    return handle;
  }

  // ---- what it is

  public Shape shape() {
    return value("shape", () -> Shape.of(sizes()), this);
  }

  private long[] sizes() {
    long[] sizes = new long[(int) handle.dim()];
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = handle.size(i);
    }
    return sizes;
  }

  public long size(int dim) {
    return value("size", () -> handle.size(dim), this);
  }

  public int rank() {
    return value("rank", () -> (int) handle.dim(), this);
  }

  public long numel() {
    return value("numel", handle::numel, this);
  }

  public DType dtype() {
    return value("dtype", () -> DType.of(handle.scalar_type()), this);
  }

  public Device device() {
    return value("device", () -> Device.of(handle.device()), this);
  }

  /** Shape and type without the values: {@code [2, 3] F32}. */
  public String describe() {
    if (isClosed()) {
      return "a freed tensor";
    }
    // Straight to the handle: this runs while an error is being explained and must not cause
    // another.
    return handle.defined()
        ? Arrays.toString(sizes()) + " " + DType.of(handle.scalar_type())
        : "an undefined tensor";
  }

  @Override
  public String toString() {
    return "Tensor " + describe();
  }

  // ---- reading

  /** The only element, of a tensor of any shape with one element. */
  public double item() {
    return value("item", () -> handle.item().toDouble(), this);
  }

  /** All elements in row-major order, converted to fp32. */
  public float[] toFloats() {
    return Tensors.toFloats(this);
  }

  /** All elements in row-major order, of an integer or boolean tensor. */
  public long[] toLongs() {
    return Tensors.toLongs(this);
  }

  /** Whether no element is infinite or NaN. */
  public boolean allFinite() {
    return value("allFinite", () -> torch.isfinite(handle).all().item().toBool(), this);
  }

  // ---- arithmetic

  public Tensor plus(Tensor other) {
    return tensor("plus", () -> handle.add(other.handle), this, other);
  }

  public Tensor plus(double number) {
    return tensor("plus", () -> handle.add(new Scalar(number)), this);
  }

  public Tensor minus(Tensor other) {
    return tensor("minus", () -> handle.sub(other.handle), this, other);
  }

  public Tensor minus(double number) {
    return plus(-number);
  }

  public Tensor times(Tensor other) {
    return tensor("times", () -> handle.mul(other.handle), this, other);
  }

  public Tensor times(double number) {
    return tensor("times", () -> handle.mul(new Scalar(number)), this);
  }

  public Tensor div(Tensor other) {
    return tensor("div", () -> handle.div(other.handle), this, other);
  }

  public Tensor div(double number) {
    return tensor("div", () -> handle.div(new Scalar(number)), this);
  }

  public Tensor neg() {
    return tensor("neg", handle::neg, this);
  }

  public Tensor exp() {
    return tensor("exp", handle::exp, this);
  }

  public Tensor log() {
    return tensor("log", handle::log, this);
  }

  public Tensor sqrt() {
    return tensor("sqrt", handle::sqrt, this);
  }

  public Tensor abs() {
    return tensor("abs", handle::abs, this);
  }

  public Tensor square() {
    return tensor("square", handle::square, this);
  }

  public Tensor cos() {
    return tensor("cos", () -> handle.cos(), this);
  }

  public Tensor sin() {
    return tensor("sin", () -> handle.sin(), this);
  }

  public Tensor tanh() {
    return tensor("tanh", handle::tanh, this);
  }

  public Tensor sigmoid() {
    return tensor("sigmoid", handle::sigmoid, this);
  }

  /**
   * Matrix product over the last two dimensions, broadcasting the others: [.., n, k] [.., k, m] to
   * [.., n, m].
   */
  public Tensor matmul(Tensor other) {
    return tensor("matmul", () -> torch.matmul(handle, other.handle), this, other);
  }

  // ---- shape

  /** Swaps the two dimensions of a matrix. */
  public Tensor t() {
    return tensor("t", handle::t, this);
  }

  public Tensor transpose(int dim0, int dim1) {
    return tensor("transpose", () -> handle.transpose(dim0, dim1), this);
  }

  public Tensor permute(long... dims) {
    return tensor("permute", () -> handle.permute(dims), this);
  }

  /** The same elements under another shape; one size may be -1. Copies only where it must. */
  public Tensor reshape(long... dims) {
    return tensor("reshape", () -> handle.reshape(dims), this);
  }

  public Tensor unsqueeze(int dim) {
    return tensor("unsqueeze", () -> handle.unsqueeze(dim), this);
  }

  public Tensor squeeze(int dim) {
    return tensor("squeeze", () -> handle.squeeze(dim), this);
  }

  /** Repeats dimensions of size 1 without copying. */
  public Tensor expand(long... dims) {
    return tensor("expand", () -> handle.expand(dims), this);
  }

  public Tensor contiguous() {
    return tensor("contiguous", () -> handle.contiguous(), this);
  }

  /** The slice at one index; the dimension disappears. */
  public Tensor select(int dim, long index) {
    return tensor("select", () -> handle.select(dim, index), this);
  }

  /** The slice [start, start + length) of one dimension; shares memory. */
  public Tensor narrow(int dim, long start, long length) {
    return tensor("narrow", () -> handle.narrow(dim, start, length), this);
  }

  /** Rows (or other slices) by number: {@code index} [n] I64. */
  public Tensor indexSelect(int dim, Tensor index) {
    return tensor("indexSelect", () -> handle.index_select(dim, index.handle), this, index);
  }

  public Tensor gather(int dim, Tensor index) {
    return tensor("gather", () -> handle.gather(dim, index.handle), this, index);
  }

  public static Tensor cat(List<Tensor> tensors, int dim) {
    return tensor("cat", () -> torch.cat(vector(tensors), dim), tensors.toArray(new Tensor[0]));
  }

  public static Tensor stack(List<Tensor> tensors, int dim) {
    return tensor("stack", () -> torch.stack(vector(tensors), dim), tensors.toArray(new Tensor[0]));
  }

  static TensorVector vector(List<Tensor> tensors) {
    return new TensorVector(
        tensors.stream().map(Tensor::handle).toArray(org.bytedeco.pytorch.Tensor[]::new));
  }

  /** Whether only some rows are stored, as in the gradient of an embedding table. */
  public boolean isSparse() {
    return value("isSparse", () -> handle.is_sparse(), this);
  }

  /** The same numbers with every row stored. */
  public Tensor dense() {
    return isSparse() ? tensor("dense", () -> handle.to_dense(), this) : this;
  }

  // ---- reductions and choices

  public Tensor sum() {
    return tensor("sum", () -> handle.sum(), this);
  }

  public Tensor sum(long... dims) {
    return tensor("sum", () -> handle.sum(dims, false, new ScalarTypeOptional()), this);
  }

  public Tensor mean() {
    return tensor("mean", () -> handle.mean(), this);
  }

  public Tensor mean(long... dims) {
    return tensor("mean", () -> handle.mean(dims, false, new ScalarTypeOptional()), this);
  }

  /** The largest element, as a scalar. */
  public Tensor max() {
    return tensor("max", () -> handle.max(), this);
  }

  /** Index of the largest element along one dimension, which disappears; I64. */
  public Tensor argmax(int dim) {
    // The same as the engine's argmax, by the kernel that is more than twice as fast on a CPU.
    return tensor("argmax", () -> torch.max(handle, dim, false).get1(), this);
  }

  /** Euclidean norm over all elements, as a scalar. */
  public Tensor norm() {
    return tensor("norm", () -> handle.norm(), this);
  }

  public Tensor eq(double number) {
    return tensor("eq", () -> handle.eq(new Scalar(number)), this);
  }

  public Tensor eq(Tensor other) {
    return tensor("eq", () -> handle.eq(other.handle), this, other);
  }

  public Tensor gt(double number) {
    return tensor("gt", () -> handle.gt(new Scalar(number)), this);
  }

  public Tensor maskedFill(Tensor mask, double number) {
    return tensor(
        "maskedFill", () -> handle.masked_fill(mask.handle, new Scalar(number)), this, mask);
  }

  // ---- type, place, identity

  public Tensor to(DType type) {
    return tensor("to " + type, () -> handle.to(type.engineType()), this);
  }

  public Tensor to(Device device) {
    return tensor(
        "to " + device, () -> handle.to(device.engineDevice(), handle.scalar_type()), this);
  }

  /** The same memory, outside the graph of the backward pass. */
  public Tensor detach() {
    return tensor("detach", handle::detach, this);
  }

  /** The same tensor, graph and all, under a handle that lives apart from this one. */
  Tensor another() {
    return tensor("another", () -> new org.bytedeco.pytorch.Tensor(handle), this);
  }

  /** A copy with memory of its own. */
  public Tensor copy() {
    return tensor(
        "copy", () -> handle.clone(new org.bytedeco.pytorch.MemoryFormatOptional()), this);
  }

  // ---- automatic differentiation

  public Tensor requiresGrad(boolean requires) {
    value("requiresGrad", () -> handle.set_requires_grad(requires), this);
    return this;
  }

  public boolean requiresGrad() {
    return value("requiresGrad", handle::requires_grad, this);
  }

  /** The gradient that backward passes have summed up here, if any has reached this tensor. */
  public Optional<Tensor> grad() {
    return value(
        "grad",
        () -> {
          org.bytedeco.pytorch.Tensor grad = handle.grad();
          return grad.defined() ? Optional.of(of(grad)) : Optional.empty();
        },
        this);
  }

  /** Whether a backward pass has reached this tensor, and its gradient has not been cleared. */
  boolean hasGrad() {
    return value(
        "hasGrad",
        () -> {
          try (var grad = handle.grad()) {
            return grad.defined();
          }
        },
        this);
  }

  /** Makes another tensor the gradient summed up so far; same shape and type as this. */
  public void setGrad(Tensor gradient) {
    value("setGrad", () -> handle.mutable_grad().put(gradient.handle), this, gradient);
  }

  /** Forgets the gradient and frees its memory. */
  public void clearGrad() {
    value(
        "clearGrad",
        () -> {
          handle.mutable_grad().reset();
          return null;
        },
        this);
  }

  /** Computes the gradients of this scalar and adds them to those of the leaves it came from. */
  public void backward() {
    value(
        "backward",
        () -> {
          handle.backward();
          return null;
        },
        this);
    GraphCut.goOn();
  }

  /** Backward from a tensor of any shape, given the gradient with respect to it. */
  public void backward(Tensor gradient) {
    value(
        "backward",
        () -> {
          handle.backward(gradient.handle, new BoolOptional(), false, new TensorArrayRefOptional());
          return null;
        },
        this,
        gradient);
    GraphCut.goOn();
  }

  // ---- in place (inside Autograd.noGrad for tensors that require a gradient)

  /** Overwrites the elements with those of another tensor, converting the type. */
  public Tensor copyFrom(Tensor source) {
    value("copyFrom", () -> handle.copy_(source.handle), this, source);
    return this;
  }

  /** this += other * scale. */
  public Tensor addInPlace(Tensor other, double scale) {
    value("addInPlace", () -> handle.add_(other.handle, new Scalar(scale)), this, other);
    return this;
  }

  /**
   * this = this * keep + a b * scale, in one product: this [n, m], a [n, k], b [k, m]. With {@code
   * keep} 0 what was here does not matter, be it NaN.
   */
  public Tensor addProductInPlace(Tensor a, Tensor b, double keep, double scale) {
    value(
        "addProductInPlace",
        () -> handle.addmm_(a.handle, b.handle, new Scalar(keep), new Scalar(scale)),
        this,
        a,
        b);
    return this;
  }

  public Tensor addInPlace(double number) {
    value("addInPlace", () -> handle.add_(new Scalar(number)), this);
    return this;
  }

  public Tensor timesInPlace(double number) {
    value("timesInPlace", () -> handle.mul_(new Scalar(number)), this);
    return this;
  }

  public Tensor timesInPlace(Tensor other) {
    value("timesInPlace", () -> handle.mul_(other.handle), this, other);
    return this;
  }

  /**
   * Overwrites the slices numbered {@code index} [n] I64 along one dimension with those of source.
   */
  public Tensor indexCopyInPlace(int dim, Tensor index, Tensor source) {
    value(
        "indexCopyInPlace",
        () -> handle.index_copy_(dim, index.handle, source.handle),
        this,
        index,
        source);
    return this;
  }

  public Tensor zeroInPlace() {
    value("zeroInPlace", () -> handle.zero_(), this);
    return this;
  }

  // ---- lifetime

  /**
   * Takes this tensor out of the open scope: it lives until {@link #close} or garbage collection.
   */
  public Tensor keep() {
    if (scope != null) {
      handle.retainReference();
      scope = null;
    }
    return this;
  }

  Scope scope() {
    return scope;
  }

  /** Gives a tensor that {@link Scope#tidy} held over to the enclosing scope, or to nobody. */
  void moveTo(Scope outer) {
    scope = outer;
    if (outer != null) {
      outer.attach(this);
      handle.releaseReference();
    }
  }

  boolean isClosed() {
    return handle.isNull();
  }

  /** Frees the handle now; the memory goes when no other tensor shares it. */
  @Override
  public void close() {
    scope = null;
    handle.close();
  }
}
