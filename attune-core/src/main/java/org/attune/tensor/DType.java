package org.attune.tensor;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.attune.AttuneException;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** The element types Attune computes with or stores; names as in safetensors files. */
public enum DType {
  F32(4, ScalarType.Float),
  F64(8, ScalarType.Double),
  BF16(2, ScalarType.BFloat16),
  F16(2, ScalarType.Half),
  I64(8, ScalarType.Long),
  I32(4, ScalarType.Int),
  I16(2, ScalarType.Short),
  I8(1, ScalarType.Char),
  U8(1, ScalarType.Byte),
  BOOL(1, ScalarType.Bool);

  private final int bytes;
  private final ScalarType engineType;

  DType(int bytes, ScalarType engineType) {
    this.bytes = bytes;
    this.engineType = engineType;
  }

  /** Size of one element in bytes. */
  public int bytes() {
    return bytes;
  }

  public boolean isFloating() {
    return this == F32 || this == F64 || this == BF16 || this == F16;
  }

  /** The name a safetensors header uses, which is the constant's own. */
  public String safetensorsName() {
    return name();
  }

  /**
   * The type a safetensors header calls by this name.
   *
   * @throws AttuneException when the name is of no type Attune reads
   */
  public static DType ofSafetensors(String name) {
    for (DType type : values()) {
      if (type.name().equals(name)) {
        return type;
      }
    }
    throw new AttuneException(
        "unknown dtype '"
            + name
            + "'; known are "
            + Arrays.stream(values()).map(DType::name).collect(Collectors.joining(", ")));
  }

  ScalarType engineType() {
    return engineType;
  }

  static DType of(ScalarType engineType) {
    ScalarType wanted = engineType.intern();
    for (DType type : values()) {
      if (type.engineType == wanted) {
        return type;
      }
    }
    throw new EngineException(
        "tensor: the engine returned " + wanted + ", which Attune has no name for");
  }
}
