package org.attune.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import org.junit.jupiter.api.Test;

/**
 * Beyond 2 GiB a Java buffer's positions end. Only the last page of the tensor is touched, so that
 * the memory is never really taken.
 */
class LargeTensorTest {
  private static final long LENGTH = (1L << 31) + 16;

  /** Counts the bytes and keeps those beyond 2 GiB. */
  private static final class Tail implements WritableByteChannel {
    private final ByteBuffer kept = ByteBuffer.allocate(16);
    private long written;

    @Override
    public int write(ByteBuffer source) {
      int length = source.remaining();
      long end = written + length;
      if (end == LENGTH) {
        kept.put(source.slice(source.limit() - kept.capacity(), kept.capacity()));
      }
      source.position(source.limit());
      written = end;
      return length;
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {}
  }

  @Test
  void bytesBeyondTwoGibibytesAreFilledAndWritten() throws Exception {
    byte[] end = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
    try (Scope scope = Scope.open()) {
      Tensor tensor = Tensors.empty(Shape.of(LENGTH), DType.U8);
      Tensors.fill(tensor, LENGTH - end.length, ByteBuffer.wrap(end));
      Tail channel = new Tail();
      Tensors.writeTo(tensor, channel);
      assertThat(channel.written).isEqualTo(LENGTH);
      assertThat(channel.kept.array()).isEqualTo(end);
    }
  }
}
