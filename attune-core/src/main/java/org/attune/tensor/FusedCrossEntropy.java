package org.attune.tensor;

import static org.attune.tensor.EngineCall.value;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * Cross-entropy whose gradient takes the place of the logits: {@code softmax(z) - onehot}. Separate
 * passes would hold logits, log-probabilities and gradient at once, each as large as the vocabulary
 * is wide, and compute each exponential twice.
 */
public final class FusedCrossEntropy {
  /** Elements worked on at a time where a copy is needed: 4 MB in F32. */
  private static final long BLOCK = 1 << 20;

  private FusedCrossEntropy() {}

  /**
   * Overwrites logits with the gradient of the sum of losses.
   *
   * @param logits [N, V], F32, BF16 or F16; must not be part of a graph that still needs their
   *     values
   * @param targets [N] I64, each in [0, V)
   * @param scale of the gradient, applied before it is rounded to the logits' type
   * @return {@code softmax(z)[target]} of each row: the loss is minus its logarithm, as long as it
   *     is not so small that F32 rounds it to zero
   */
  public static float[] gradientInPlace(Tensor logits, Tensor targets, double scale) {
    Tensor index = targets.unsqueeze(1); // [N, 1]
    if (logits.dtype() == DType.F32) {
      float[] probabilities = softmaxLessOneHot(logits, index);
      scale(logits, scale);
      return probabilities;
    }
    float[] probabilities = new float[Math.toIntExact(logits.size(0))];
    forEachBlock(
        logits,
        (at, block) -> {
          Tensor wide = block.to(DType.F32);
          float[] some = softmaxLessOneHot(wide, index.narrow(0, at, block.size(0)));
          System.arraycopy(some, 0, probabilities, at, some.length);
          scale(wide, scale);
          block.copyFrom(wide);
        });
    return probabilities;
  }

  private static void scale(Tensor gradient, double scale) {
    if (scale != 1) {
      gradient.timesInPlace(scale);
    }
  }

  /** In place, row by row, so that a row is in the processor's cache for all of its passes. */
  private static float[] softmaxLessOneHot(Tensor logits, Tensor index) {
    org.bytedeco.pytorch.Tensor z = logits.handle();
    value("softmax", () -> torch.softmax_out(z, z, -1, new ScalarTypeOptional()), logits);
    float[] probabilities = logits.gather(1, index).toFloats();
    value(
        "crossEntropyGradient",
        () -> z.scatter_(1, index.handle(), new Scalar(-1.0), "add"),
        logits,
        index);
    return probabilities;
  }

  /** {@code -log softmax(z)[target]} of each row; logits [N, V] stay as they are. */
  public static float[] losses(Tensor logits, Tensor targets) {
    float[] losses = new float[Math.toIntExact(logits.size(0))];
    forEachBlock(
        logits.detach(),
        (at, block) -> {
          Tensor index = targets.narrow(0, at, block.size(0)).unsqueeze(1); // [n, 1]
          float[] some = logSoftmax(block).gather(1, index).neg().toFloats();
          System.arraycopy(some, 0, losses, at, some.length);
        });
    return losses;
  }

  /** What is done with the rows from {@code at} on. */
  private interface Step {
    void run(int at, Tensor block);
  }

  private static void forEachBlock(Tensor logits, Step step) {
    int rows = Math.toIntExact(logits.size(0));
    int most = (int) Math.max(1, BLOCK / Math.max(1, logits.size(1)));
    for (int at = 0; at < rows; at += most) {
      try (Scope scope = Scope.open()) {
        step.run(at, logits.narrow(0, at, Math.min(most, rows - at)));
      }
    }
  }

  private static Tensor logSoftmax(Tensor block) {
    return EngineCall.tensor(
        "logSoftmax",
        () -> torch.log_softmax(block.handle(), -1, new ScalarTypeOptional(DType.F32.engineType())),
        block);
  }
}
