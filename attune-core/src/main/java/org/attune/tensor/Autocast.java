package org.attune.tensor;

import java.util.function.Supplier;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;

/**
 * Runs matrix products in bf16 over fp32 parameters, as {@code torch.autocast} does: the engine
 * casts the operands of linear layers and products, and keeps norms, softmax and losses in fp32.
 */
public final class Autocast {
  private Autocast() {}

  public static <T> T bf16(Supplier<T> body) {
    return with(true, body);
  }

  /** Switches autocast off inside an autocast block; its operands must be cast by hand. */
  public static <T> T off(Supplier<T> body) {
    return with(false, body);
  }

  /** Whether the calling thread is inside a {@link #bf16} block. */
  public static boolean isOn() {
    Engine.start();
    return torch.is_autocast_enabled(DeviceType.CPU);
  }

  private static <T> T with(boolean enabled, Supplier<T> body) {
    boolean before = isOn();
    if (before == enabled) {
      return body.get();
    }
    torch.set_autocast_dtype(DeviceType.CPU, torch.ScalarType.BFloat16);
    torch.set_autocast_enabled(DeviceType.CPU, enabled);
    try {
      return body.get();
    } finally {
      torch.set_autocast_enabled(DeviceType.CPU, before);
      if (!before) {
        // The engine caches the bf16 copies of parameters; they are stale once the optimizer has
        // run.
        torch.clear_cache();
      }
    }
  }
}
