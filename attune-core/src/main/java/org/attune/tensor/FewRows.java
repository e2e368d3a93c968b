package org.attune.tensor;

import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Operations that the engine composes of several others, on the few rows of a decoder's step. There
 * its fixed costs are most of the time, the more as reading the model's weights has swept its code
 * and data out of the processor's cache since the last time. Here they are one loop over Java
 * arrays.
 */
final class FewRows {
  /** Elements up to which that is faster (docs/performance.md). */
  private static final long MOST = 1 << 15;

  private static final ThreadLocal<float[]> ROWS = ThreadLocal.withInitial(() -> new float[0]);
  private static final ThreadLocal<float[]> WEIGHT = ThreadLocal.withInitial(() -> new float[0]);

  private FewRows() {}

  /**
   * Whether rows and a weight for each of their elements are in reach, and no gradient is asked.
   */
  static boolean suits(Tensor x, Tensor weight) {
    return x.handle().numel() <= MOST
        && !GradMode.is_enabled()
        && isPlain(x.handle())
        && isPlain(weight.handle());
  }

  private static boolean isPlain(org.bytedeco.pytorch.Tensor x) {
    return x.is_cpu() && x.scalar_type().intern() == ScalarType.Float && x.is_contiguous();
  }

  /** See {@link Functional#rmsNorm}. */
  static Tensor rmsNorm(Tensor x, Tensor weight, double eps) {
    int width = (int) weight.handle().numel();
    int count = (int) x.handle().numel();
    float[] rows = filled(ROWS, x, count);
    float[] factors = filled(WEIGHT, weight, width);
    for (int row = 0; row < count; row += width) {
      float scale = (float) (1 / Math.sqrt(squares(rows, row, width) / (double) width + eps));
      for (int i = 0; i < width; i++) {
        rows[row + i] = rows[row + i] * scale * factors[i];
      }
    }
    Tensor y = Tensors.empty(x.shape(), DType.F32);
    if (count > 0) {
      y.handle().data_ptr_float().put(rows, 0, count);
    }
    return y;
  }

  /** The sum of squares, in eight sums that do not wait for each other. */
  private static float squares(float[] x, int from, int count) {
    float a = 0;
    float b = 0;
    float c = 0;
    float d = 0;
    float e = 0;
    float f = 0;
    float g = 0;
    float h = 0;
    int end = from + count;
    int i = from;
    for (; i + 8 <= end; i += 8) {
      a += x[i] * x[i];
      b += x[i + 1] * x[i + 1];
      c += x[i + 2] * x[i + 2];
      d += x[i + 3] * x[i + 3];
      e += x[i + 4] * x[i + 4];
      f += x[i + 5] * x[i + 5];
      g += x[i + 6] * x[i + 6];
      h += x[i + 7] * x[i + 7];
    }
    for (; i < end; i++) {
      a += x[i] * x[i];
    }
    return ((a + b) + (c + d)) + ((e + f) + (g + h));
  }

  /** The elements in this thread's memory for them, which may be longer. */
  private static float[] filled(ThreadLocal<float[]> memory, Tensor source, int count) {
    if (memory.get().length < count) {
      memory.set(new float[count]);
    }
    float[] elements = memory.get();
    if (count > 0) {
      source.handle().data_ptr_float().get(elements, 0, count);
    }
    return elements;
  }
}
