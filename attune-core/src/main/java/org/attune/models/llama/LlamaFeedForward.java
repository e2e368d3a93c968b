package org.attune.models.llama;

import java.util.List;
import org.attune.nn.Activation;
import org.attune.nn.JoinedLinear;
import org.attune.nn.Linear;
import org.attune.nn.Module;
import org.attune.tensor.Tensor;

/** Wd (silu(Wg x) * Wu x), a gated layer (Shazeer 2020, SwiGLU). */
final class LlamaFeedForward extends Module {
  private final JoinedLinear gateAndUp; // "gate_proj" and "up_proj" [D] to [F]
  private final Linear down; // "down_proj" [F] to [D]
  private final Activation activation;

  LlamaFeedForward(LlamaConfig config) {
    int width = config.hiddenSize();
    int inner = config.intermediateSize();
    Linear gate = child("gate_proj", LlamaAttention.linear(width, inner, config.innerBias()));
    Linear up = child("up_proj", LlamaAttention.linear(width, inner, config.innerBias()));
    gateAndUp = child("gate_up", new JoinedLinear(gate, up));
    down = child("down_proj", LlamaAttention.linear(inner, width, config.innerBias()));
    activation = config.activation();
  }

  /** x [.., D] to [.., D]. */
  Tensor forward(Tensor x) {
    List<Tensor> both = gateAndUp.forward(x);
    return down.forward(activation.apply(both.get(0)).times(both.get(1)));
  }
}
