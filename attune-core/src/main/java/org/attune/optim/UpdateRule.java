package org.attune.optim;

import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.attune.tensor.DType;
import org.attune.tensor.Shape;
import org.attune.tensor.Tensor;

/**
 * The formula of an optimizer, and what it remembers of a parameter. A rule has no state of its
 * own: all of it is in the tensors that {@link #memory} describes, which the {@link Optimizer}
 * keeps, saves and hands back. Called with gradients not recorded and a scope open.
 */
public interface UpdateRule {
  /**
   * One parameter in a step.
   *
   * @param value to be changed in place
   * @param gradient of the same shape, dense
   * @param state the tensors of {@link #memory}, to be changed in place
   */
  record Slot(Tensor value, Tensor gradient, Map<String, Tensor> state) {}

  /**
   * How far to step.
   *
   * @param lr this step's learning rate
   * @param weightDecay that pulls at these parameters
   * @param gradientFactor multiplies every gradient first
   */
  record Step(double lr, double weightDecay, double gradientFactor) {}

  /**
   * One tensor that is remembered of a parameter.
   *
   * @param start each of its numbers before the first step
   */
  record Memory(Shape shape, DType type, double start) {
    /** Zeros in F32. */
    static Memory zeros(Shape shape) {
      return new Memory(shape, DType.F32, 0);
    }

    long bytes() {
      return shape.numel() * type.bytes();
    }
  }

  /** What is remembered of a parameter of this shape, by names without dots. */
  Map<String, Memory> memory(Shape shape);

  /** Counts one step of a parameter, before its {@link #step}, whatever its parts. */
  default void count(Map<String, Tensor> state) {}

  /** Changes parameters of one group and their states. */
  void step(List<Slot> slots, Step step);

  /**
   * Whether the rows of a table can be stepped some at a time, and of how many a block must be a
   * multiple: then the dense gradient of a table of embeddings, whose stored one is sparse, never
   * exists as a whole.
   *
   * @param width numbers in a row
   */
  default OptionalLong rowsTogether(long width) {
    return OptionalLong.empty();
  }

  /** The state of some rows of a table, sharing its memory; see {@link #rowsTogether}. */
  default Map<String, Tensor> rows(Map<String, Tensor> state, long start, long count, long width) {
    throw new UnsupportedOperationException("this rule steps a table as a whole");
  }
}
