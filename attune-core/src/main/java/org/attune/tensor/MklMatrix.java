package org.attune.tensor;

import java.util.Optional;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.mkl.global.mkl_rt;

/** An F32 weight in MKL's layout ({@code cblas_sgemm_pack}). */
final class MklMatrix extends PackedMatrix {
  // Constants of mkl_cblas.h, named here because reading them there would load the library.
  private static final int ROW_MAJOR = 101;
  private static final int AS_IT_IS = 111;
  private static final int TRANSPOSED = 112;
  private static final int PACKED = 151;
  private static final int RIGHT_MATRIX = 162;

  /**
   * Rows that the layout is made for; any number can be multiplied. Made for 31 or fewer it takes a
   * quarter more time for 32 rows, and no less for 8.
   */
  private static final int ROWS = 48;

  private final int out;
  private final int in;
  private final Tensor packed; // F32, what lies in it is MKL's own affair
  private final FloatPointer matrix; // where that begins
  private final Optional<Tensor> bias; // [out]

  private MklMatrix(int out, int in, Tensor packed, Optional<Tensor> bias) {
    this.out = out;
    this.in = in;
    this.packed = packed;
    this.matrix = data(packed);
    this.bias = bias;
  }

  static Optional<PackedMatrix> pack(Tensor weight, Optional<Tensor> bias) {
    if (!NativeLoader.loadMkl()) {
      return Optional.empty();
    }
    int out = Math.toIntExact(weight.size(0));
    int in = Math.toIntExact(weight.size(1));
    try (Scope scope = Scope.open()) {
      Tensor dense = weight.detach().contiguous();
      long bytes = mkl_rt.cblas_sgemm_pack_get_size(RIGHT_MATRIX, ROWS, out, in);
      Tensor room = Tensors.empty(Shape.of((bytes + 3) / 4), DType.F32);
      mkl_rt.cblas_sgemm_pack(
          ROW_MAJOR, RIGHT_MATRIX, TRANSPOSED, ROWS, out, in, 1, data(dense), in, data(room));
      return Optional.of(
          new MklMatrix(out, in, room.keep(), bias.map(b -> b.detach().copy().keep())));
    }
  }

  private static FloatPointer data(Tensor tensor) {
    return tensor.handle().data_ptr_float();
  }

  @Override
  public Tensor times(Tensor x) {
    long[] dims = x.shape().toArray();
    requireWidth(dims[dims.length - 1], x);
    dims[dims.length - 1] = out;
    Tensor y = Tensors.empty(Shape.of(dims), DType.F32);
    multiply(x, 0, y);
    return y;
  }

  @Override
  public void addTimes(Tensor sum, Tensor x) {
    requireWidth(x.size(-1), x);
    if (sum.dtype() != DType.F32 || !sum.handle().is_contiguous()) {
      throw new IllegalArgumentException(
          "a product is added to contiguous F32, not to " + sum.describe());
    }
    if (sum.numel() / out != x.numel() / in) {
      throw new IllegalArgumentException(
          "the product of " + x.describe() + " cannot be added to " + sum.describe());
    }
    multiply(x, 1, sum);
  }

  private void requireWidth(long width, Tensor x) {
    if (width != in) {
      throw new IllegalArgumentException(
          "a weight [" + out + ", " + in + "] cannot be multiplied with " + x.describe());
    }
  }

  /** y = y keep + x W' + b. */
  private void multiply(Tensor x, float keep, Tensor y) {
    Tensor rows = Tensors.plain(x, DType.F32);
    int count = Math.toIntExact(y.numel() / out);
    if (count > 0) {
      mkl_rt.cblas_sgemm_compute(
          ROW_MAJOR,
          AS_IT_IS,
          PACKED,
          count,
          out,
          in,
          data(rows),
          in,
          matrix,
          out,
          keep,
          data(y),
          out);
    }
    bias.ifPresent(b -> y.addInPlace(b, 1));
  }

  @Override
  public void close() {
    packed.close();
    bias.ifPresent(Tensor::close);
  }
}
