package org.attune.tensor;

import static org.attune.tensor.EngineCall.tensor;
import static org.attune.tensor.EngineCall.value;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.EnumMap;
import java.util.Map;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;

/**
 * Makes tensors from Java arrays and memory, and reads them back. All on the CPU; see {@link
 * Tensor#to}.
 */
public final class Tensors {
  /** Bytes moved at a time between native memory and a channel. */
  private static final int CHUNK = 1 << 22;

  private Tensors() {}

  public static Tensor zeros(Shape shape, DType type) {
    return make("zeros", () -> torch.zeros(shape.toArray(), options(type)));
  }

  public static Tensor ones(Shape shape, DType type) {
    return make("ones", () -> torch.ones(shape.toArray(), options(type)));
  }

  public static Tensor full(Shape shape, DType type, double number) {
    return make("full", () -> torch.full(shape.toArray(), new Scalar(number), options(type)));
  }

  /** Memory whose contents are undefined: to be overwritten. */
  public static Tensor empty(Shape shape, DType type) {
    return make("empty", () -> torch.empty(shape.toArray(), Options.of(type), Options.ANY_FORMAT));
  }

  /** 0, 1, .., length - 1 as I64. */
  public static Tensor range(long length) {
    return make("range", () -> torch.arange(new Scalar(length), options(DType.I64)));
  }

  /** An F32 tensor with these elements in row-major order. */
  public static Tensor ofFloats(float[] elements, long... dims) {
    Tensor result = empty(sized(elements.length, dims), DType.F32);
    if (elements.length > 0) { // an empty tensor has no address
      new FloatPointer(result.handle().data_ptr_float()).put(elements);
    }
    return result;
  }

  public static Tensor ofDoubles(double[] elements, long... dims) {
    Tensor result = empty(sized(elements.length, dims), DType.F64);
    if (elements.length > 0) { // an empty tensor has no address
      new DoublePointer(result.handle().data_ptr_double()).put(elements);
    }
    return result;
  }

  public static Tensor ofLongs(long[] elements, long... dims) {
    Tensor result = empty(sized(elements.length, dims), DType.I64);
    if (elements.length > 0) { // an empty tensor has no address
      new LongPointer(result.handle().data_ptr_long()).put(elements);
    }
    return result;
  }

  public static Tensor ofInts(int[] elements, long... dims) {
    Tensor result = empty(sized(elements.length, dims), DType.I32);
    if (elements.length > 0) { // an empty tensor has no address
      new IntPointer(result.handle().data_ptr_int()).put(elements);
    }
    return result;
  }

  private static Shape sized(int elements, long... dims) {
    Shape shape = Shape.of(dims);
    if (shape.numel() != elements) {
      throw new IllegalArgumentException(
          "shape " + shape + " has " + shape.numel() + " elements, the array " + elements);
    }
    return shape;
  }

  /**
   * A tensor over the buffer's remaining bytes, without a copy: native byte order, row-major. The
   * buffer stays reachable as long as any tensor shares the memory. It must be direct and aligned
   * to the element size; a tensor over a read-only mapping must never be written to, so map PRIVATE
   * what will be trained.
   */
  public static Tensor wrap(ByteBuffer buffer, DType type, Shape shape) {
    long bytes = Math.multiplyExact(shape.numel(), (long) type.bytes());
    if (!buffer.isDirect() || buffer.remaining() != bytes) {
      throw new IllegalArgumentException(
          "wrap needs a direct buffer of "
              + bytes
              + " bytes for "
              + shape
              + " "
              + type
              + ", got "
              + buffer);
    }
    if (bytes == 0) {
      return empty(shape, type);
    }
    return SharedMemory.tensor(buffer, type, shape);
  }

  /** Whether the buffer's first byte lies where an element of the type may start. */
  public static boolean isAligned(ByteBuffer buffer, DType type) {
    Engine.start();
    return new BytePointer(buffer).address() % type.bytes() == 0;
  }

  /**
   * The same elements as a type, row-major on the CPU and without a graph: itself, where it is so.
   */
  static Tensor plain(Tensor source, DType type) {
    org.bytedeco.pytorch.Tensor handle = source.handle();
    boolean isSo =
        value(
            "plain",
            () ->
                handle.is_cpu()
                    && handle.scalar_type().intern() == type.engineType()
                    && handle.is_contiguous()
                    && !handle.requires_grad(),
            source);
    return isSo ? source : source.detach().to(Device.CPU).to(type).contiguous();
  }

  static float[] toFloats(Tensor source) {
    float[] elements = new float[arrayLength(source)];
    if (elements.length == 0) {
      return elements;
    }
    try (Scope scope = Scope.open()) {
      Tensor floats = plain(source, DType.F32);
      value("toFloats", () -> floats.handle().data_ptr_float().get(elements), floats);
    }
    return elements;
  }

  static long[] toLongs(Tensor source) {
    long[] elements = new long[arrayLength(source)];
    if (elements.length == 0) {
      return elements;
    }
    try (Scope scope = Scope.open()) {
      Tensor longs = plain(source, DType.I64);
      value("toLongs", () -> longs.handle().data_ptr_long().get(elements), longs);
    }
    return elements;
  }

  private static int arrayLength(Tensor source) {
    long numel = source.numel();
    if (numel > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          "a Java array cannot hold the " + numel + " elements of " + source.describe());
    }
    return (int) numel;
  }

  /** Writes the elements in row-major order as raw little-endian bytes, a chunk at a time. */
  public static void writeTo(Tensor source, WritableByteChannel channel) throws IOException {
    try (Scope scope = Scope.open()) {
      Tensor dense = source.detach().to(Device.CPU).contiguous();
      Pointer data = dense.handle().data_ptr();
      long bytes = dense.numel() * dense.dtype().bytes();
      for (long at = 0; at < bytes; at += CHUNK) {
        ByteBuffer chunk = bytes(data, at, Math.min(CHUNK, bytes - at));
        while (chunk.hasRemaining()) {
          channel.write(chunk);
        }
      }
    }
  }

  /**
   * Fills a contiguous CPU tensor from raw little-endian bytes that start at the buffer's position.
   */
  public static void fill(Tensor target, long offsetBytes, ByteBuffer source) {
    bytes(target.handle().data_ptr(), offsetBytes, source.remaining()).put(source);
  }

  /** A buffer's positions end at 2 GiB: a stretch beyond needs a pointer that begins there. */
  private static ByteBuffer bytes(Pointer data, long offset, long length) {
    return new BytePointer(data).getPointer(offset).limit(length).asByteBuffer();
  }

  private static TensorOptions options(DType type) {
    return new TensorOptions(type.engineType());
  }

  /** What every new tensor names, made once. */
  private static final class Options {
    static final MemoryFormatOptional ANY_FORMAT = new MemoryFormatOptional();

    private static final Map<DType, TensorOptions> BY_TYPE = new EnumMap<>(DType.class);

    static {
      ANY_FORMAT.retainReference(); // or the scope that is open now would free it
      for (DType type : DType.values()) {
        TensorOptions options = options(type);
        options.retainReference();
        BY_TYPE.put(type, options);
      }
    }

    static TensorOptions of(DType type) {
      return BY_TYPE.get(type);
    }
  }

  private static Tensor make(
      String operation, java.util.function.Supplier<org.bytedeco.pytorch.Tensor> body) {
    Engine.start();
    return tensor(operation, body);
  }
}
