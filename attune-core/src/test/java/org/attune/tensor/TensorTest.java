package org.attune.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.util.List;
import java.util.Optional;
import org.attune.AttuneException;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;

class TensorTest {
  @Test
  void multipliesMatrices() {
    Tensor a = Tensors.ofFloats(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
    Tensor b = Tensors.ofFloats(new float[] {1, 0, 0, 1, 1, 1}, 3, 2);
    assertThat(a.matmul(b).toFloats()).containsExactly(4, 5, 10, 11);
  }

  @Test
  void anErrorNamesTheOperationAndTheShapes() {
    Tensor a = Tensors.zeros(Shape.of(2, 3), DType.F32);
    Tensor b = Tensors.zeros(Shape.of(4, 5), DType.F32);
    assertThatThrownBy(() -> a.matmul(b))
        .isInstanceOf(EngineException.class)
        .hasMessage(
            "tensor: matmul of [2, 3] F32, [4, 5] F32: mat1 and mat2 shapes cannot be multiplied"
                + " (2x3 and 4x5)");
  }

  @Test
  void anEmptyArrayIsAnEmptyTensor() {
    try (Scope scope = Scope.open()) {
      assertThat(Tensors.ofLongs(new long[0], 0).toLongs()).isEmpty();
      assertThat(Tensors.ofFloats(new float[0], 2, 0).toFloats()).isEmpty();
      assertThat(Tensors.ofInts(new int[0], 0).numel()).isZero();
      assertThat(Tensors.ofDoubles(new double[0], 0, 3).shape()).isEqualTo(Shape.of(0, 3));
    }
  }

  @Test
  void useAfterFreeIsExplained() {
    Tensor leaked;
    try (Scope scope = Scope.open()) {
      leaked = Tensors.zeros(Shape.of(2), DType.F32);
    }
    Tensor other = Tensors.zeros(Shape.of(2), DType.F32);
    assertThatThrownBy(() -> other.plus(leaked))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "tensor: operand 2 of plus was freed: the Scope it was made in has closed, or close() was"
                + " called; return it from Scope.tidy(...) or call keep() on it first");
    assertThat(leaked.toString()).isEqualTo("Tensor a freed tensor");
  }

  @Test
  void tidyFreesAllButItsResult() {
    Tensor[] inner = new Tensor[1];
    try (Scope scope = Scope.open()) {
      Tensor kept =
          Scope.tidy(
              () -> {
                inner[0] = Tensors.ones(Shape.of(3), DType.F32);
                return inner[0].plus(1);
              });
      assertThat(inner[0].isClosed()).isTrue();
      assertThat(kept.toFloats()).containsExactly(2, 2, 2);
      inner[0] = kept;
    }
    assertThat(inner[0].isClosed()).isTrue();
  }

  @Test
  void aResultMadeOutsideIsLeftAlone() {
    Tensor parameter = Tensors.ones(Shape.of(2), DType.F32);
    try (Scope scope = Scope.open()) {
      assertThat(Scope.tidy(() -> List.of(parameter, parameter))).hasSize(2);
    }
    assertThat(parameter.toFloats()).containsExactly(1, 1);
  }

  @Test
  void keptTensorsOutliveTheirScope() {
    Tensor kept;
    try (Scope scope = Scope.open()) {
      kept = Tensors.ones(Shape.of(2), DType.F32).plus(1).keep();
    }
    assertThat(kept.toFloats()).containsExactly(2, 2);
    kept.close();
    assertThat(kept.isClosed()).isTrue();
  }

  @Test
  void scopesLeaveNoNativeHandles() {
    Engine.start();
    work();
    long before = Pointer.totalCount();
    for (int i = 0; i < 50; i++) {
      work();
    }
    assertThat(Pointer.totalCount()).isEqualTo(before);
  }

  private static void work() {
    try (Scope scope = Scope.open()) {
      Tensor w = Tensors.ones(Shape.of(4, 4), DType.F32).requiresGrad(true);
      Tensor loss = Scope.tidy(() -> w.matmul(w).tanh().sum());
      loss.backward();
      assertThat(w.grad()).isPresent();
    }
  }

  @Test
  void gradientsAddUpUntilCleared() {
    Tensor w = Tensors.ofFloats(new float[] {2, 3}, 2).requiresGrad(true);
    w.square().sum().backward();
    w.square().sum().backward();
    assertThat(w.grad().orElseThrow().toFloats()).containsExactly(8, 12);
    w.clearGrad();
    assertThat(w.grad()).isEmpty();
  }

  @Test
  void noGradRecordsNothing() {
    Tensor w = Tensors.ones(Shape.of(2), DType.F32).requiresGrad(true);
    assertThat(Autograd.noGrad(() -> w.plus(w)).requiresGrad()).isFalse();
    assertThat(w.plus(w).requiresGrad()).isTrue();
  }

  @Test
  void autocastComputesProductsInBf16AndEndsWithItsBlock() {
    Tensor a = Tensors.ones(Shape.of(4, 4), DType.F32);
    assertThat(Autocast.bf16(() -> a.matmul(a)).dtype()).isEqualTo(DType.BF16);
    assertThat(Autocast.bf16(() -> Autocast.off(() -> a.matmul(a))).dtype()).isEqualTo(DType.F32);
    assertThat(a.matmul(a).dtype()).isEqualTo(DType.F32);
    assertThat(Autocast.isOn()).isFalse();
  }

  @Test
  void wrapsMemoryWithoutCopyingAndLetsGoOfIt() throws Exception {
    ByteBuffer memory = ByteBuffer.allocateDirect(8).order(ByteOrder.nativeOrder());
    memory.putFloat(0, 1).putFloat(4, 2);
    int before = SharedMemory.held();
    Tensor tensor = Tensors.wrap(memory, DType.F32, Shape.of(2));
    Tensor view = tensor.reshape(1, 2);
    tensor.timesInPlace(3);
    assertThat(memory.getFloat(4)).isEqualTo(6);
    tensor.close();
    assertThat(view.toFloats()).containsExactly(3, 6);
    view.close();
    assertThat(SharedMemory.held()).isEqualTo(before);
  }

  @Test
  void memoryIsLetGoThoughTheFirstTensorWasWrappedInAScope() {
    int before = SharedMemory.held();
    Tensor outlives;
    try (Scope scope = Scope.open()) {
      outlives = Tensors.wrap(ByteBuffer.allocateDirect(8), DType.F32, Shape.of(2)).keep();
    }
    outlives.close();
    assertThat(SharedMemory.held()).isEqualTo(before);
  }

  @Test
  void writesRawLittleEndianBytes() throws Exception {
    var bytes = new ByteArrayOutputStream();
    Tensors.writeTo(
        Tensors.ofFloats(new float[] {1, 2, 3, 4}, 2, 2).t(), Channels.newChannel(bytes));
    assertThat(ByteBuffer.wrap(bytes.toByteArray()).order(ByteOrder.LITTLE_ENDIAN).getFloat(4))
        .isEqualTo(3);
  }

  @Test
  void shapesRefuseOverflow() {
    assertThatThrownBy(() -> Shape.of(1L << 40, 1L << 40))
        .isInstanceOf(AttuneException.class)
        .hasMessage("shape [1099511627776, 1099511627776] has more elements than 2^63 - 1");
    assertThat(Shape.of(2, 3).size(-1)).isEqualTo(3);
    assertThat(Shape.of()).hasToString("[]");
  }

  @Test
  void theFusedAdamWSchemaIsTheOneWeCall() {
    assertThat(FusedAdamW.schema()).isEqualTo(FusedAdamW.SCHEMA);
    Tensor p = Tensors.ofFloats(new float[] {1}, 1);
    Tensor g = Tensors.ofFloats(new float[] {0.5f}, 1);
    Tensor m = Tensors.zeros(Shape.of(1), DType.F32);
    Tensor v = Tensors.zeros(Shape.of(1), DType.F32);
    Tensor step = Tensors.full(Shape.of(), DType.F32, 1);
    FusedAdamW.step(
        List.of(p),
        List.of(g),
        List.of(m),
        List.of(v),
        List.of(step),
        0.1,
        0.9,
        0.999,
        0.01,
        1e-8,
        Optional.empty());
    // The first step moves by lr in the gradient's direction, after decay by lr * weight_decay.
    assertThat(p.toFloats()[0])
        .isCloseTo(1 - 0.001f - 0.1f, org.assertj.core.data.Offset.offset(1e-6f));
    assertThat(m.toFloats()[0]).isCloseTo(0.05f, org.assertj.core.data.Offset.offset(1e-7f));
  }
}
