package org.attune.models.t5;

import java.util.List;
import org.attune.nn.Activation;
import org.attune.nn.Dropout;
import org.attune.nn.JoinedLinear;
import org.attune.nn.Linear;
import org.attune.nn.Module;
import org.attune.tensor.Tensor;

/**
 * Wo act(Wi x), or gated Wo (act(W0 x) * W1 x) (Shazeer 2020), without biases. transformers keeps
 * Wo in fp32 when it is asked for fp16, which overflows there; in bf16 it is bf16 like the rest.
 */
final class T5FeedForward extends Module {
  private final JoinedLinear input; // "wi" [D] to [F]; gated "wi_0" and "wi_1"
  private final Activation activation;
  private final Dropout dropout;
  private final Linear output; // "wo" [F] to [D]

  T5FeedForward(T5Config config) {
    int width = config.width();
    int inner = config.feedForwardWidth();
    input =
        config.gated()
            ? new JoinedLinear(
                child("wi_0", matrix(width, inner)), child("wi_1", matrix(width, inner)))
            : new JoinedLinear(child("wi", matrix(width, inner)));
    child("input", input);
    activation = config.activation();
    dropout = child("dropout", new Dropout(config.dropout()));
    output = child("wo", matrix(inner, width));
  }

  private static Linear matrix(int in, int out) {
    Linear linear = Linear.withoutBias(in, out);
    linear.weight().deviation(Math.pow(in, -0.5));
    return linear;
  }

  /** x [.., D] to [.., D]. */
  Tensor forward(Tensor x) {
    return output.forward(inner(x));
  }

  /** residual + forward(x): [.., D], in the residual's memory where a step may use it. */
  Tensor addTo(Tensor residual, Tensor x) {
    return output.addTo(residual, inner(x));
  }

  /** What Wo reads: x [.., D] to [.., F]. */
  private Tensor inner(Tensor x) {
    List<Tensor> parts = input.forward(x);
    Tensor active = activation.apply(parts.get(0)); // [.., F]
    Tensor f = parts.size() > 1 ? active.times(parts.get(1)) : active;
    return dropout.forward(f);
  }
}
