package org.attune.tensor;

/**
 * What matrix products reach on this machine, measured: the start-up self-test, the bench command's
 * yardstick and the choice of precision all ask here.
 */
public final class GemmPeak {
  /** Rows of the default product: a batch of 32 short sentences. */
  private static final int ROWS = 512;

  private static final int WIDTH = 768;
  private static final int FEED_FORWARD = 3072;
  private static final int ROUNDS = 5;

  private GemmPeak() {}

  /** GFLOP/s of a BERT-base feed-forward layer over 512 tokens; takes about 50 ms. */
  public static double measure(DType type) {
    return measure(type, ROWS, WIDTH, FEED_FORWARD);
  }

  /**
   * GFLOP/s of y = x W' for x [m, k] and W [n, k], the best of several rounds after a warm-up:
   * other work on the machine only ever slows a round down.
   *
   * @param type F32 or BF16, of operands and result
   */
  public static double measure(DType type, int m, int k, int n) {
    try (Scope scope = Scope.open()) {
      Tensor x = Tensors.full(Shape.of(m, k), type, 0.5);
      Tensor weight = Tensors.full(Shape.of(n, k), type, 0.25);
      long best = Long.MAX_VALUE;
      for (int round = 0; round <= ROUNDS; round++) {
        long nanos = product(x, weight);
        best = round == 0 ? best : Math.min(best, nanos);
      }
      return 2.0 * m * k * n / best;
    }
  }

  private static long product(Tensor x, Tensor weight) {
    try (Scope scope = Scope.open()) {
      long start = System.nanoTime();
      Tensor y = Autograd.noGrad(() -> Functional.linear(x, weight));
      y.select(0, 0).select(0, 0).item(); // an accelerator answers before it is done
      return System.nanoTime() - start;
    }
  }
}
