package org.attune.tensor;

import java.util.Arrays;
import org.attune.AttuneException;

/** The sizes of a tensor's dimensions, outermost first; a scalar has none. Immutable. */
public final class Shape {
  private final long[] dims;
  private final long numel;

  private Shape(long[] dims) {
    this.dims = dims;
    long product = 1;
    for (long dim : dims) {
      if (dim < 0) {
        throw new AttuneException("shape " + Arrays.toString(dims) + " has a negative size");
      }
      try {
        product = Math.multiplyExact(product, dim);
      } catch (ArithmeticException overflow) {
        throw new AttuneException(
            "shape " + Arrays.toString(dims) + " has more elements than 2^63 - 1", overflow);
      }
    }
    this.numel = product;
  }

  /**
   * A shape of these sizes.
   *
   * @throws AttuneException when a size is negative or the product overflows a long
   */
  public static Shape of(long... dims) {
    return new Shape(dims.clone());
  }

  public int rank() {
    return dims.length;
  }

  /** Size of one dimension; negative counts from the last, as in {@code size(-1)}. */
  public long size(int dim) {
    int index = dim < 0 ? dim + dims.length : dim;
    if (index < 0 || index >= dims.length) {
      throw new IndexOutOfBoundsException("dimension " + dim + " of shape " + this);
    }
    return dims[index];
  }

  /** Number of elements; 1 for a scalar. */
  public long numel() {
    return numel;
  }

  public long[] toArray() {
    return dims.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Shape shape && Arrays.equals(dims, shape.dims);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(dims);
  }

  /** As Python prints it: {@code [2, 3]}. */
  @Override
  public String toString() {
    return Arrays.toString(dims);
  }
}
