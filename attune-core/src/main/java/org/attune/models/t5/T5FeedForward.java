package org.attune.models.t5;

import org.attune.nn.Activation;
import org.attune.nn.Dropout;
import org.attune.nn.Linear;
import org.attune.nn.Module;
import org.attune.tensor.Tensor;

/**
 * Wo act(Wi x), or gated Wo (act(W0 x) * W1 x) (Shazeer 2020), without biases. transformers keeps
 * Wo in fp32 when it is asked for fp16, which overflows there; in bf16 it is bf16 like the rest.
 */
final class T5FeedForward extends Module {
  private final boolean gated;
  private final Linear input; // "wi", gated "wi_0" [D] to [F]
  private final Linear linear; // gated "wi_1" [D] to [F]; else the same as input
  private final Activation activation;
  private final Dropout dropout;
  private final Linear output; // "wo" [F] to [D]

  T5FeedForward(T5Config config) {
    int width = config.width();
    gated = config.gated();
    input = child(gated ? "wi_0" : "wi", matrix(width, config.feedForwardWidth()));
    linear = gated ? child("wi_1", matrix(width, config.feedForwardWidth())) : input;
    activation = config.activation();
    dropout = child("dropout", new Dropout(config.dropout()));
    output = child("wo", matrix(config.feedForwardWidth(), width));
  }

  private static Linear matrix(int in, int out) {
    Linear linear = Linear.withoutBias(in, out);
    linear.weight().deviation(Math.pow(in, -0.5));
    return linear;
  }

  /** x [.., D] to [.., D]. */
  Tensor forward(Tensor x) {
    Tensor active = activation.apply(input.forward(x)); // [.., F]
    Tensor f = gated ? active.times(linear.forward(x)) : active;
    return output.forward(dropout.forward(f));
  }
}
