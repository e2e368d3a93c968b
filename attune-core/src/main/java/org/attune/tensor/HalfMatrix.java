package org.attune.tensor;

import java.util.Optional;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.OperatorHandle;

/**
 * A BF16 weight as F16 in FBGEMM's layout, multiplied in fp32. F16 holds every BF16 number from
 * 2^-17 to 65504 exactly, and smaller ones to within 2^-25; a weight with larger ones is not
 * packed.
 */
final class HalfMatrix extends PackedMatrix {
  /** What the calls below were written for; a test compares them with the engine's. */
  static final String PACK_SCHEMA =
      "quantized::linear_prepack_fp16(Tensor W, Tensor? B=None) ->"
          + " __torch__.torch.classes.quantized.LinearPackedParamsBase W_prepack";

  static final String TIMES_SCHEMA =
      "quantized::linear_dynamic_fp16(Tensor X,"
          + " __torch__.torch.classes.quantized.LinearPackedParamsBase W_prepack) -> Tensor Y";

  private static final double LARGEST = 65504;

  private final OperatorHandle product;
  private final IValue packed; // with the bias

  private HalfMatrix(OperatorHandle product, IValue packed) {
    this.product = product;
    this.packed = packed;
  }

  static Optional<PackedMatrix> pack(Tensor weight, Optional<Tensor> bias) {
    try (Scope scope = Scope.open()) {
      Tensor wide = weight.detach().to(DType.F32).contiguous();
      if (!(wide.abs().max().item() <= LARGEST)) {
        return Optional.empty();
      }
      IValueVector stack = new IValueVector();
      stack.push_back(new IValue(wide.handle()));
      stack.push_back(bias.map(b -> new IValue(b.detach().copy().handle())).orElseGet(IValue::new));
      operator("quantized::linear_prepack_fp16").callBoxed(stack);
      IValue packed = new IValue(stack.get(0));
      OperatorHandle product = operator("quantized::linear_dynamic_fp16");
      packed.retainReference();
      product.retainReference();
      return Optional.of(new HalfMatrix(product, packed));
    } catch (EngineException | UnsupportedOperationException e) {
      throw e;
    } catch (RuntimeException e) {
      return Optional.empty(); // this processor has no FBGEMM
    }
  }

  static OperatorHandle operator(String name) {
    Engine.start();
    return Dispatcher.singleton().findSchemaOrThrow(new BytePointer(name), new BytePointer(""));
  }

  @Override
  public Tensor times(Tensor x) {
    Tensor wide = Tensors.plain(x, DType.F32);
    return EngineCall.tensor(
        "packedLinear",
        () -> {
          IValueVector stack = new IValueVector();
          stack.push_back(new IValue(wide.handle()));
          stack.push_back(packed);
          product.callBoxed(stack);
          // A handle of its own: what toTensor gives lies inside the stack.
          return new org.bytedeco.pytorch.Tensor(stack.get(0).toTensor());
        },
        wide);
  }

  @Override
  public void close() {
    packed.close();
    product.close();
  }
}
