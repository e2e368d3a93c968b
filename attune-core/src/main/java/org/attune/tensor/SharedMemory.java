package org.attune.tensor;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.PointerConsumer;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;

/**
 * Tensors over Java's memory. The engine calls back when the last of them is gone; until then the
 * buffer is held here, so that neither the garbage collector nor an unmapping can pull it away.
 */
final class SharedMemory {
  private static final Map<Long, Holding> HELD = new ConcurrentHashMap<>();
  // JavaCPP gives out few native callbacks, so all tensors share this one.
  private static final PointerConsumer RELEASE = new Release();

  static {
    // This class may first be used inside a scope, which would free the callback when it closes.
    RELEASE.retainReference();
  }

  private record Holding(ByteBuffer buffer, int count) {}

  private static final class Release extends PointerConsumer {
    @Override
    public void call(Pointer data) {
      HELD.computeIfPresent(
          data.address(),
          (address, holding) ->
              holding.count == 1 ? null : new Holding(holding.buffer, holding.count - 1));
    }
  }

  private SharedMemory() {}

  static Tensor tensor(ByteBuffer buffer, DType type, Shape shape) {
    Engine.start();
    BytePointer data = new BytePointer(buffer);
    HELD.merge(
        data.address(),
        new Holding(buffer, 1),
        (held, added) -> new Holding(held.buffer, held.count + 1));
    return EngineCall.tensor(
        "wrap",
        () ->
            torch.from_blob(
                data,
                shape.toArray(),
                RELEASE,
                new TensorOptions(type.engineType()),
                new DeviceOptional()));
  }

  /** How many buffers are held: for tests of leaks. */
  static int held() {
    return HELD.size();
  }
}
