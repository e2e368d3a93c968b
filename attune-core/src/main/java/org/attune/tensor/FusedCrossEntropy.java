package org.attune.tensor;

import static org.attune.tensor.EngineCall.value;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * Cross-entropy whose gradient takes the place of the logits: {@code (softmax(z) - onehot) *
 * scale}. Separate passes would hold logits, log-probabilities and gradient at once, each as large
 * as the vocabulary is wide; here a few rows at a time pass through the processor's cache.
 */
public final class FusedCrossEntropy {
  /** Elements worked on at a time: 4 MB in F32. */
  private static final long BLOCK = 1 << 20;

  private FusedCrossEntropy() {}

  /**
   * Overwrites logits with the gradient of the scaled sum of losses.
   *
   * @param logits [N, V], F32 or BF16; must not be part of a graph that still needs their values,
   *     as those of a linear layer are not
   * @param targets [N] I64, each in [0, V)
   * @param scale factor of the gradient
   * @return the sum of {@code -log softmax(z)[target]}, unscaled
   */
  public static double gradientInPlace(Tensor logits, Tensor targets, double scale) {
    Tensor plain = logits.detach();
    long rows = logits.size(0);
    long step = rows(logits);
    double sum = 0;
    for (long at = 0; at < rows; at += step) {
      long count = Math.min(step, rows - at);
      try (Scope scope = Scope.open()) {
        Tensor block = plain.narrow(0, at, count);
        Tensor index = targets.narrow(0, at, count).unsqueeze(1); // [n, 1]
        Tensor logProbabilities = logSoftmax(block);
        sum -= logProbabilities.gather(1, index).to(DType.F64).sum().item();
        block.copyFrom(gradient(logProbabilities, index, scale));
      }
    }
    return sum;
  }

  /** {@code -log softmax(z)[target]} of each row; logits [N, V] stay as they are. */
  public static float[] losses(Tensor logits, Tensor targets) {
    float[] losses = new float[Math.toIntExact(logits.size(0))];
    long step = rows(logits);
    for (long at = 0; at < losses.length; at += step) {
      long count = Math.min(step, losses.length - at);
      try (Scope scope = Scope.open()) {
        Tensor index = targets.narrow(0, at, count).unsqueeze(1); // [n, 1]
        float[] block =
            logSoftmax(logits.detach().narrow(0, at, count)).gather(1, index).neg().toFloats();
        System.arraycopy(block, 0, losses, (int) at, block.length);
      }
    }
    return losses;
  }

  private static long rows(Tensor logits) {
    return Math.max(1, BLOCK / Math.max(1, logits.size(1)));
  }

  private static Tensor logSoftmax(Tensor block) {
    return EngineCall.tensor(
        "logSoftmax",
        () -> torch.log_softmax(block.handle(), -1, new ScalarTypeOptional(DType.F32.engineType())),
        block);
  }

  /** Turns log-probabilities, which nobody needs any more, into the gradient. */
  private static Tensor gradient(Tensor logProbabilities, Tensor index, double scale) {
    value(
        "crossEntropyGradient",
        () -> {
          org.bytedeco.pytorch.Tensor p = logProbabilities.handle();
          p.exp_();
          p.scatter_(1, index.handle(), new Scalar(-1.0), "add");
          return p.mul_(new Scalar(scale));
        },
        logProbabilities,
        index);
    return logProbabilities;
  }
}
