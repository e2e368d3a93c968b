package org.attune.tensor;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;

/**
 * Runs matrix products in bf16 or fp16 over fp32 parameters, as {@code torch.autocast} does: the
 * engine casts the operands of linear layers and products, and keeps norms, softmax and losses in
 * fp32. A setting of the calling thread.
 */
public final class Autocast {
  /** The engine keeps the setting for each kind of device; code here never asks which it is on. */
  private static final List<DeviceType> DEVICES = List.of(DeviceType.CPU, DeviceType.CUDA);

  private Autocast() {}

  public static <T> T bf16(Supplier<T> body) {
    return as(Optional.of(DType.BF16), body);
  }

  /** Half precision, whose largest number is 65504: gradients need a scaled loss. */
  public static <T> T fp16(Supplier<T> body) {
    return as(Optional.of(DType.F16), body);
  }

  /** Switches autocast off inside an autocast block; its operands must be cast by hand. */
  public static <T> T off(Supplier<T> body) {
    return as(Optional.empty(), body);
  }

  /** Whether the calling thread is inside a {@link #bf16} or {@link #fp16} block. */
  public static boolean isOn() {
    Engine.start();
    return torch.is_autocast_enabled(DeviceType.CPU);
  }

  /** The type that products run in here; empty outside of autocast. */
  public static Optional<DType> type() {
    return isOn()
        ? Optional.of(DType.of(torch.get_autocast_dtype(DeviceType.CPU)))
        : Optional.empty();
  }

  /**
   * Runs a body as another place ran: what {@link #type} said there.
   *
   * @param type of the products; empty for no autocast
   */
  public static <T> T as(Optional<DType> type, Supplier<T> body) {
    Optional<DType> before = type();
    if (before.equals(type)) {
      return body.get();
    }
    set(type);
    try {
      return body.get();
    } finally {
      set(before);
      if (before.isEmpty()) {
        // The engine caches the cast copies of parameters; they are stale once the optimizer has
        // run.
        torch.clear_cache();
      }
    }
  }

  private static void set(Optional<DType> type) {
    for (DeviceType device : DEVICES) {
      type.ifPresent(t -> torch.set_autocast_dtype(device, t.engineType()));
      torch.set_autocast_enabled(device, type.isPresent());
    }
  }

  /**
   * Runs a body whose cast copies of parameters nobody else sees. The engine's cache does not ask
   * whether operations are recorded: a copy made without recording would cut the parameter off from
   * a graph that is recorded later.
   */
  public static <T> T uncached(Supplier<T> body) {
    Engine.start();
    boolean before = torch.is_autocast_cache_enabled();
    torch.set_autocast_cache_enabled(false);
    try {
      return body.get();
    } finally {
      torch.set_autocast_cache_enabled(before);
    }
  }
}
