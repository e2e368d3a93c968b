package org.attune.objective;

import org.attune.UsageException;
import org.attune.tensor.Functional;
import org.attune.tensor.Functional.Reduction;
import org.attune.tensor.Tensor;

/**
 * One class an item: {@code -log softmax(logits)[target]}, for examples (logits [B, C], targets
 * [B]) and tokens (logits [B, T, V], targets [B, T]) alike.
 *
 * <p>With label smoothing s the target distribution is 1 - s on the target and s spread evenly over
 * all classes (Szegedy et al. 2016).
 *
 * @param labelSmoothing in [0, 1)
 */
public record CrossEntropy(double labelSmoothing) implements Objective {
  /** A target that does not count: padding, special tokens, later pieces of a word. */
  public static final long IGNORE = -100;

  public CrossEntropy {
    checkSmoothing(labelSmoothing);
  }

  static void checkSmoothing(double labelSmoothing) {
    if (!(labelSmoothing >= 0 && labelSmoothing < 1)) {
      throw new UsageException(
          "cross_entropy: label_smoothing is " + labelSmoothing + ", expected a number in [0, 1)");
    }
  }

  public static CrossEntropy plain() {
    return new CrossEntropy(0);
  }

  @Override
  public Tensor sum(Tensor logits, Tensor targets) {
    Tensor flat = Objective.single(logits).reshape(-1, logits.size(-1)); // [N, C]
    return Functional.crossEntropy(
        flat, targets.reshape(-1), IGNORE, labelSmoothing, Reduction.SUM);
  }

  @Override
  public double weight(Tensor targets) {
    return targets.numel() - targets.eq(IGNORE).sum().item();
  }
}
