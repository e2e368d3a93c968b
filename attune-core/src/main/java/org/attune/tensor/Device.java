package org.attune.tensor;

import java.util.Locale;

/**
 * Where a tensor's memory is. Code that computes never asks: operations run where their operands
 * are.
 */
public record Device(Kind kind, int index) {
  /** The kinds of device the engine is built for. */
  public enum Kind {
    CPU,
    CUDA
  }

  public static final Device CPU = new Device(Kind.CPU, 0);

  public static Device cuda(int index) {
    return new Device(Kind.CUDA, index);
  }

  /** {@code cpu} or {@code cuda:0}, as PyTorch writes it. */
  @Override
  public String toString() {
    String name = kind.name().toLowerCase(Locale.ROOT);
    return kind == Kind.CPU ? name : name + ":" + index;
  }

  org.bytedeco.pytorch.Device engineDevice() {
    return new org.bytedeco.pytorch.Device(toString());
  }

  static Device of(org.bytedeco.pytorch.Device device) {
    return device.is_cuda() ? cuda(device.index()) : CPU;
  }
}
