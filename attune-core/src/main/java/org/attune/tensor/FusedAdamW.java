package org.attune.tensor;

import java.util.List;
import java.util.Optional;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.TensorList;
import org.bytedeco.pytorch.global.torch;

/**
 * The engine's fused AdamW step: one pass over parameter, gradient and both moments. It is not in
 * the generated API, so it is called through the dispatcher; {@link #SCHEMA} is what the call below
 * was written for and a test compares it with the engine's.
 */
public final class FusedAdamW {
  /** The arguments in order; the engine refuses a stack that does not fit. */
  static final String SCHEMA =
      "aten::_fused_adamw_(Tensor(a!)[] self, Tensor(b!)[] grads, Tensor(c!)[] exp_avgs, Tensor(d!)[]"
          + " exp_avg_sqs, Tensor(e!)[] max_exp_avg_sqs, Tensor[] state_steps, *, float lr, float"
          + " beta1, float beta2, float weight_decay, float eps, bool amsgrad, bool maximize, Tensor?"
          + " grad_scale=None, Tensor? found_inf=None) -> ()";

  private FusedAdamW() {}

  /**
   * Updates parameters and moments in place (Loshchilov and Hutter 2019).
   *
   * @param steps one F32 scalar a parameter, already counting this step
   * @param gradientDivisor an F32 scalar that the gradients are divided by in the same pass
   */
  public static void step(
      List<Tensor> parameters,
      List<Tensor> gradients,
      List<Tensor> firstMoments,
      List<Tensor> secondMoments,
      List<Tensor> steps,
      double lr,
      double beta1,
      double beta2,
      double weightDecay,
      double eps,
      Optional<Tensor> gradientDivisor) {
    try (Scope scope = Scope.open()) {
      IValueVector stack = new IValueVector();
      stack.push_back(list(parameters));
      stack.push_back(list(gradients));
      stack.push_back(list(firstMoments));
      stack.push_back(list(secondMoments));
      stack.push_back(list(List.of()));
      stack.push_back(list(steps));
      stack.push_back(new IValue(lr));
      stack.push_back(new IValue(beta1));
      stack.push_back(new IValue(beta2));
      stack.push_back(new IValue(weightDecay));
      stack.push_back(new IValue(eps));
      stack.push_back(new IValue(false));
      stack.push_back(new IValue(false));
      stack.push_back(gradientDivisor.map(d -> new IValue(d.handle())).orElseGet(IValue::new));
      stack.push_back(new IValue());
      EngineCall.value(
          "fusedAdamW",
          () -> {
            operator().callBoxed(stack);
            return null;
          });
    }
  }

  /** The schema of the engine that is loaded. */
  static String schema() {
    return torch.toString(operator().schema()).getString();
  }

  private static OperatorHandle operator() {
    Engine.start();
    return Dispatcher.singleton()
        .findSchemaOrThrow(new BytePointer("aten::_fused_adamw_"), new BytePointer(""));
  }

  private static IValue list(List<Tensor> tensors) {
    // A generic list of the element type "Tensor", which only a typed list can tell us.
    GenericList list = new GenericList(new TensorList().elementType());
    for (Tensor tensor : tensors) {
      list.push_back(new IValue(tensor.handle()));
    }
    return new IValue(list);
  }
}
