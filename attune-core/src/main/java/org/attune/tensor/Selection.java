package org.attune.tensor;

import static org.attune.tensor.EngineCall.tensor;
import static org.attune.tensor.EngineCall.value;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
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
  private static final int GROUP = 64;

  /** Elements worked on at a time: 2 MB in F32. */
  private static final long BLOCK = 1 << 19;

  private Selection() {}

  /**
   * The {@code count} largest along the last dimension of scores [.., V], largest first. Of equal
   * ones any may be taken.
   */
  public static Best top(Tensor scores, long count) {
    boolean few = count * GROUP * 4 <= scores.size(-1);
    return scores.rank() == 2 && few ? fewOfMany(scores, (int) count) : sorted(scores, count);
  }

  /**
   * The {@code count} largest of each row with their log-probabilities, {@code log softmax(x)}.
   *
   * @param scores [R, V] F32, which the probabilities overwrite
   */
  public static Best topLogProbabilities(Tensor scores, long count) {
    Best best = top(scores, count);
    org.bytedeco.pytorch.Tensor x = scores.handle();
    // One pass of a fused kernel that needs no memory; log(sum(exp(x))) by itself takes five.
    value("softmax", () -> torch.softmax_out(x, x, -1, new ScalarTypeOptional()), scores);
    Tensor first = best.indices.narrow(1, 0, 1); // [R, 1]
    Tensor offset = best.values.narrow(1, 0, 1).minus(scores.gather(1, first).log());
    return new Best(best.values.minus(offset), best.indices);
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
  private static Best fewOfMany(Tensor scores, int count) {
    int rows = (int) scores.size(0);
    int width = (int) scores.size(1);
    int groups = width / GROUP; // element i belongs to group i % groups
    int dealt = groups * GROUP;
    Tensor dense = scores.narrow(1, 0, dealt).reshape(rows, GROUP, groups);
    Tensor maxima = tensor("top", () -> torch.amax(dense.handle(), new long[] {1}, false), dense);
    float[] largest = maxima.toFloats(); // [R, groups]
    int looked = count * GROUP + width - dealt; // in each row
    long[] places = new long[rows * looked];
    for (int row = 0; row < rows; row++) {
      int at = row * looked;
      for (int group : largest(largest, row * groups, groups, count)) {
        for (int i = 0; i < GROUP; i++) {
          places[at++] = group + (long) i * groups;
        }
      }
      for (int i = dealt; i < width; i++) {
        places[at++] = i;
      }
    }
    Tensor index = Tensors.ofLongs(places, rows, looked).to(scores.device());
    return best(scores.gather(1, index).toFloats(), places, looked, count);
  }

  /** The best of values [R, n] that stand at places [R, n]. */
  private static Best best(float[] values, long[] places, int width, int count) {
    int rows = places.length / width;
    float[] best = new float[rows * count];
    long[] indices = new long[rows * count];
    for (int row = 0; row < rows; row++) {
      int at = row * count;
      for (int i : largest(values, row * width, width, count)) {
        best[at] = values[row * width + i];
        indices[at++] = places[row * width + i];
      }
    }
    return new Best(Tensors.ofFloats(best, rows, count), Tensors.ofLongs(indices, rows, count));
  }

  /** Where the largest of x[from], .. x[from + length - 1] stand behind from, largest first. */
  private static int[] largest(float[] x, int from, int length, int count) {
    int[] places = new int[count];
    int held = 0;
    for (int i = 0; i < length; i++) {
      float score = x[from + i];
      if (held < count || score > x[from + places[count - 1]]) {
        int at = held < count ? held++ : count - 1;
        while (at > 0 && x[from + places[at - 1]] < score) {
          places[at] = places[at - 1];
          at--;
        }
        places[at] = i;
      }
    }
    return places;
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
