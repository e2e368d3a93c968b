package org.attune.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import org.attune.tensor.DType;
import org.attune.tensor.Shape;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;

/** Little-endian numbers of a file, plain or in blocks, as F32 tensors. */
final class StoredNumbers {
  /** Bytes of the file that are turned into floats at a time. */
  private static final int CHUNK = 1 << 20;

  private StoredNumbers() {}

  /**
   * Reads a tensor.
   *
   * @param at its first byte in the file
   * @param bytes it takes; the file has them, and they are what the shape needs
   */
  static Tensor read(FileChannel channel, long at, long bytes, GgufType type, Shape shape)
      throws IOException {
    Tensor tensor = Tensors.empty(shape, DType.F32);
    int blocks = (int) Math.min(CHUNK, bytes) / type.blockBytes();
    ByteBuffer in = ByteBuffer.allocate(blocks * type.blockBytes()).order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer out =
        ByteBuffer.allocate(blocks * type.blockElements() * Float.BYTES)
            .order(ByteOrder.nativeOrder());
    long written = 0;
    for (long done = 0; done < bytes; done += in.limit()) {
      in.clear().limit((int) Math.min(in.capacity(), bytes - done));
      fill(in, channel, at + done);
      out.clear().limit(in.limit() / type.blockBytes() * type.blockElements() * Float.BYTES);
      type.decode(in.flip(), out.asFloatBuffer());
      Tensors.fill(tensor, written, out);
      written += out.limit();
    }
    return tensor;
  }

  private static void fill(ByteBuffer buffer, FileChannel channel, long at) throws IOException {
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, at + buffer.position()) < 0) {
        throw new IOException("the file ended early");
      }
    }
  }
}
