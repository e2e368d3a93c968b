package org.attune.tensor;

import java.util.Optional;

/**
 * A layer's weight once more, in the layout that a library of matrix products reads fastest. Where
 * few rows are multiplied, as a decoder's are, a product takes as long as its weight takes to be
 * read and rearranged; packed, it is read once, in order.
 *
 * <p>An F32 weight is packed by MKL, where that is in use. A BF16 one is packed by FBGEMM, which
 * stores numbers of 16 bits, widens them in registers and multiplies in fp32: on a processor with
 * AVX-512 and no AMX that takes a third to a half of the time of a product in bf16, whose
 * instructions are half as fast as fp32's. It stores F16, whose fraction has three bits more than
 * BF16's; of its range {@link HalfMatrix} takes care.
 *
 * <p>For prediction only: no gradient passes.
 */
public abstract class PackedMatrix implements AutoCloseable {
  PackedMatrix() {}

  /**
   * Packs a weight.
   *
   * @param weight [out, in] F32 or BF16, on the CPU; any strides
   * @param bias [out] F32
   * @return empty where nothing here packs such a weight
   */
  public static Optional<PackedMatrix> of(Tensor weight, Optional<Tensor> bias) {
    try (Scope scope = Scope.open()) {
      if (!weight.device().equals(Device.CPU) || weight.numel() == 0) {
        return Optional.empty();
      }
      return switch (weight.dtype()) {
        case F32 -> MklMatrix.pack(weight, bias);
        case BF16 -> HalfMatrix.pack(weight, bias);
        default -> Optional.empty();
      };
    }
  }

  /**
   * y = x W' + b.
   *
   * @param x [.., in] F32 or BF16
   * @return [.., out] F32
   */
  public abstract Tensor times(Tensor x);

  /**
   * sum = sum + x W' + b, in the sum's own memory.
   *
   * @param sum [.., out] F32, contiguous
   * @param x [.., in] F32 or BF16
   */
  public void addTimes(Tensor sum, Tensor x) {
    sum.addInPlace(times(x), 1);
  }

  /** Frees the packed copy. */
  @Override
  public abstract void close();
}
