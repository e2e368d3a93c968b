package org.attune.tensor;

import static org.attune.tensor.EngineCall.tensor;
import static org.attune.tensor.EngineCall.value;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.global.torch;

/**
 * Choosing among scores, and changing a few of very many: what writing text token by token needs.
 */
public final class Selection {
  /**
   * The best of each row, best first.
   *
   * @param values [.., k]
   * @param indices [.., k] I64, where they stood in the last dimension
   */
  public record Best(Tensor values, Tensor indices) {}

  private Selection() {}

  /** The {@code count} largest along the last dimension of scores [.., V], largest first. */
  public static Best top(Tensor scores, long count) {
    T_TensorTensor_T both =
        value("top", () -> torch.topk(scores.handle(), count, -1, true, true), scores);
    return new Best(tensor("top", both::get0), tensor("top", both::get1));
  }

  /** log(sum(exp(x))) along the last dimension, which disappears. */
  public static Tensor logSumExp(Tensor x) {
    return tensor("logSumExp", () -> torch.logsumexp(x.handle(), -1), x);
  }

  /** Running sums along the last dimension. */
  public static Tensor cumulativeSum(Tensor x) {
    return tensor("cumulativeSum", () -> torch.cumsum(x.handle(), -1), x);
  }

  /** Elements by their row-major places [n] I64, whatever the shape. */
  public static Tensor take(Tensor source, Tensor places) {
    return tensor("take", () -> source.handle().take(places.handle()), source, places);
  }

  /** Overwrites the elements at row-major places [n] I64 with values [n]. */
  public static void putInPlace(Tensor target, Tensor places, Tensor values) {
    value(
        "putInPlace", () -> target.handle().put_(places.handle(), values.handle()), target, values);
  }

  /** Overwrites whole rows [n] I64 of the first dimension with one number. */
  public static void fillRowsInPlace(Tensor target, Tensor rows, double number) {
    value(
        "fillRowsInPlace",
        () -> target.handle().index_fill_(0, rows.handle(), new Scalar(number)),
        target,
        rows);
  }
}
