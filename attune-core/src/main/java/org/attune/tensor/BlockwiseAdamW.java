package org.attune.tensor;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.BytePointer;

/**
 * AdamW's step over moments kept in 8 bits, by block-wise dynamic quantization (Dettmers et al.
 * 2022, section 2): a block of 256 numbers is its largest absolute value and, for each number over
 * that, the nearest of the 256 values of a {@link DynamicCode}. Moments are taken out of their
 * codes, moved in F32 and put back, a block at a time, so that none ever exists as a whole.
 *
 * <p>Java loops over the tensors' own memory, on all cores: the engine has no kernel for this, and
 * its gather of a code book would widen every code to 8 bytes first.
 */
public final class BlockwiseAdamW {
  /** Numbers that share a largest value. */
  public static final int BLOCK = 256;

  /** Numbers a task works on: 64 blocks, so that weights and gradient stay in the second cache. */
  private static final int CHUNK = 64 * BLOCK;

  private static final DynamicCode SIGNED = DynamicCode.signed();
  private static final DynamicCode UNSIGNED = DynamicCode.unsigned();

  /**
   * A moment in 8 bits.
   *
   * @param codes [n] U8
   * @param largest [ceil(n / 256)] F32
   */
  public record Moment(Tensor codes, Tensor largest) {}

  /**
   * How far to step.
   *
   * @param steps so far, this one included
   * @param gradientFactor multiplies the gradient first
   */
  public record Step(
      double lr,
      double beta1,
      double beta2,
      double weightDecay,
      double eps,
      double gradientFactor,
      double steps) {}

  private BlockwiseAdamW() {}

  /** Blocks of so many numbers. */
  public static long blocks(long numbers) {
    return (numbers + BLOCK - 1) / BLOCK;
  }

  /**
   * Updates a parameter and its moments in place.
   *
   * @param value of n numbers, F32, contiguous
   * @param gradient of the same shape, F32
   */
  public static void step(Tensor value, Tensor gradient, Moment first, Moment second, Step step) {
    try (Scope scope = Scope.open()) {
      Tensor dense = gradient.contiguous();
      long numbers = value.numel();
      if (numbers > 0) {
        var memory =
            new Memory(
                data(value, DType.F32, numbers),
                data(dense, DType.F32, numbers),
                data(first.codes, DType.U8, numbers),
                data(first.largest, DType.F32, blocks(numbers)),
                data(second.codes, DType.U8, numbers),
                data(second.largest, DType.F32, blocks(numbers)));
        var kernel = new Kernel(step);
        int chunks = Math.toIntExact((numbers + CHUNK - 1) / CHUNK);
        IntStream.range(0, chunks)
            .parallel()
            .forEach(i -> kernel.run(memory, (long) i * CHUNK, numbers));
      }
    }
  }

  private static BytePointer data(Tensor tensor, DType type, long numbers) {
    if (tensor.dtype() != type
        || tensor.numel() != numbers
        || !tensor.handle().is_contiguous()
        || tensor.device().kind() != Device.Kind.CPU) {
      throw new IllegalArgumentException(
          "expected " + numbers + " contiguous " + type + " on the CPU, got " + tensor.describe());
    }
    return new BytePointer(tensor.handle().data_ptr());
  }

  private record Memory(
      BytePointer value,
      BytePointer gradient,
      BytePointer firstCodes,
      BytePointer firstLargest,
      BytePointer secondCodes,
      BytePointer secondLargest) {}

  private static ByteBuffer bytes(BytePointer data, long from, long length) {
    return new BytePointer(data)
        .getPointer(from)
        .limit(length)
        .asByteBuffer()
        .order(ByteOrder.nativeOrder());
  }

  private static FloatBuffer floats(BytePointer data, long from, long count) {
    return bytes(data, from * Float.BYTES, count * Float.BYTES).asFloatBuffer();
  }

  /** The formula in F32, with the factors that are the same for all numbers. */
  private static final class Kernel {
    private final float beta1;
    private final float beta2;
    private final float eps;
    private final float gradientFactor;
    private final float kept; // of the weight, after decay
    private final float size; // of a step, corrected for the first moment's start
    private final float root; // that corrects the second moment's

    Kernel(Step step) {
      beta1 = (float) step.beta1;
      beta2 = (float) step.beta2;
      eps = (float) step.eps;
      gradientFactor = (float) step.gradientFactor;
      kept = (float) (1 - step.lr * step.weightDecay);
      size = (float) (step.lr / (1 - Math.pow(step.beta1, step.steps)));
      root = (float) (1 / Math.sqrt(1 - Math.pow(step.beta2, step.steps)));
    }

    /** From one number on, a chunk or what is left. */
    void run(Memory memory, long from, long numbers) {
      int count = (int) Math.min(CHUNK, numbers - from);
      int blocks = (int) blocks(count);
      FloatBuffer values = floats(memory.value, from, count);
      ByteBuffer firstCodes = bytes(memory.firstCodes, from, count);
      ByteBuffer secondCodes = bytes(memory.secondCodes, from, count);
      FloatBuffer firstLargest = floats(memory.firstLargest, from / BLOCK, blocks);
      FloatBuffer secondLargest = floats(memory.secondLargest, from / BLOCK, blocks);
      float[] value = new float[count];
      float[] gradient = new float[count];
      byte[] first = new byte[count];
      byte[] second = new byte[count];
      values.get(0, value);
      floats(memory.gradient, from, count).get(0, gradient);
      firstCodes.get(0, first);
      secondCodes.get(0, second);
      float[] m = new float[BLOCK];
      float[] v = new float[BLOCK];
      for (int block = 0; block < blocks; block++) {
        int start = block * BLOCK;
        int length = Math.min(BLOCK, count - start);
        SIGNED.decode(first, start, length, firstLargest.get(block), m);
        UNSIGNED.decode(second, start, length, secondLargest.get(block), v);
        move(value, gradient, start, length, m, v);
        firstLargest.put(block, SIGNED.encode(m, length, first, start));
        secondLargest.put(block, UNSIGNED.encode(v, length, second, start));
      }
      values.put(0, value);
      firstCodes.put(0, first);
      secondCodes.put(0, second);
    }

    private void move(
        float[] value, float[] gradient, int start, int length, float[] m, float[] v) {
      for (int i = 0; i < length; i++) {
        float g = gradient[start + i] * gradientFactor;
        m[i] = beta1 * m[i] + (1 - beta1) * g;
        v[i] = beta2 * v[i] + (1 - beta2) * g * g;
        float step = size * m[i] / ((float) Math.sqrt(v[i]) * root + eps);
        value[start + i] = value[start + i] * kept - step;
      }
    }
  }
}
