package org.attune.tensor;

import static org.attune.tensor.EngineCall.tensor;
import static org.attune.tensor.EngineCall.value;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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

  /** Scores in a group of {@link #fewOfMany}. */
  private static final long GROUP = 64;

  /** Elements worked on at a time: 2 MB in F32. */
  private static final long BLOCK = 1 << 19;

  private Selection() {}

  /**
   * The {@code count} largest along the last dimension of scores [.., V], largest first. Of equal
   * ones any may be taken.
   */
  public static Best top(Tensor scores, long count) {
    boolean few = count * GROUP * 4 <= scores.size(-1);
    if (scores.rank() != 2 || !few) {
      return sorted(scores, count);
    }
    long step = rows(scores);
    List<Tensor> values = new ArrayList<>();
    List<Tensor> indices = new ArrayList<>();
    for (long at = 0; at < scores.size(0); at += step) {
      Best best = fewOfMany(scores.narrow(0, at, Math.min(step, scores.size(0) - at)), count);
      values.add(best.values);
      indices.add(best.indices);
    }
    return values.size() == 1
        ? new Best(values.get(0), indices.get(0))
        : new Best(Tensor.cat(values, 0), Tensor.cat(indices, 0));
  }

  private static Best sorted(Tensor scores, long count) {
    T_TensorTensor_T both =
        value("top", () -> torch.topk(scores.handle(), count, -1, true, true), scores);
    return new Best(tensor("top", both::get0), tensor("top", both::get1));
  }

  /**
   * The engine's topk looks at every score by itself. Here the scores are dealt to groups whose
   * largest are found by vector instructions: the best k lie in the k groups with the best largest,
   * and only those are looked into.
   */
  private static Best fewOfMany(Tensor scores, long count) {
    long groups = scores.size(1) / GROUP; // element i belongs to group i % groups
    long dealt = groups * GROUP;
    Tensor dense = scores.narrow(1, 0, dealt).reshape(scores.size(0), GROUP, groups);
    Tensor largest = tensor("top", () -> torch.amax(dense.handle(), new long[] {1}, false), dense);
    Tensor chosen = sorted(largest, count).indices; // [R, k]
    Tensor places =
        chosen
            .unsqueeze(2)
            .plus(numbers(0, groups, GROUP).to(scores.device()))
            .reshape(scores.size(0), count * GROUP);
    long left = scores.size(1) - dealt;
    if (left > 0) {
      Tensor rest = numbers(dealt, 1, left).to(scores.device()).unsqueeze(0);
      places = Tensor.cat(List.of(places, rest.expand(scores.size(0), left)), 1);
    }
    Best best = sorted(scores.gather(1, places), count);
    return new Best(best.values, places.gather(1, best.indices));
  }

  /** first, first + step, .. [count] I64. */
  private static Tensor numbers(long first, long step, long count) {
    long[] numbers = new long[(int) count];
    Arrays.setAll(numbers, i -> first + i * step);
    return Tensors.ofLongs(numbers, count);
  }

  /** log(sum(exp(x))) along the last dimension of x [R, V], which disappears. */
  public static Tensor logSumExp(Tensor x) {
    long step = rows(x);
    List<Tensor> parts = new ArrayList<>();
    for (long at = 0; at < x.size(0); at += step) {
      Tensor block = x.narrow(0, at, Math.min(step, x.size(0) - at));
      parts.add(tensor("logSumExp", () -> torch.logsumexp(block.handle(), -1), block));
    }
    return parts.size() == 1 ? parts.get(0) : Tensor.cat(parts, 0);
  }

  /** Rows worked on at a time, so that what lies between two passes stays in the cache. */
  private static long rows(Tensor x) {
    return Math.max(1, BLOCK / Math.max(1, x.size(1)));
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
