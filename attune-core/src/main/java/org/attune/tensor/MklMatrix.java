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

  /** Rows that the layout is made for; MKL takes any number. */
  private static final int ROWS = 16;

  private final int out;
  private final int in;
  private final Tensor packed; // F32, what lies in it is MKL's own affair
  private final Optional<Tensor> bias; // [out]

  private MklMatrix(int out, int in, Tensor packed, Optional<Tensor> bias) {
    this.out = out;
    this.in = in;
    this.packed = packed;
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
    if (dims[dims.length - 1] != in) {
      throw new IllegalArgumentException(
          "a weight [" + out + ", " + in + "] cannot be multiplied with " + x.describe());
    }
    Tensor rows = x.to(DType.F32).contiguous();
    dims[dims.length - 1] = out;
    Tensor y = Tensors.empty(Shape.of(dims), DType.F32);
    int count = Math.toIntExact(rows.numel() / in);
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
          data(packed),
          out,
          0,
          data(y),
          out);
    }
    bias.ifPresent(b -> y.addInPlace(b, 1));
    return y;
  }

  @Override
  public void close() {
    packed.close();
    bias.ifPresent(Tensor::close);
  }
}
