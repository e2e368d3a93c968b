package org.attune.models.llama;

import org.attune.nn.Activation;
import org.attune.nn.Linear;
import org.attune.nn.Module;
import org.attune.tensor.Tensor;

/** Wd (silu(Wg x) * Wu x), a gated layer (Shazeer 2020, SwiGLU). */
final class LlamaFeedForward extends Module {
  private final Linear gate; // "gate_proj" [D] to [F]
  private final Linear up; // "up_proj" [D] to [F]
  private final Linear down; // "down_proj" [F] to [D]
  private final Activation activation;

  LlamaFeedForward(LlamaConfig config) {
    int width = config.hiddenSize();
    int inner = config.intermediateSize();
    gate = child("gate_proj", LlamaAttention.linear(width, inner, config.innerBias()));
    up = child("up_proj", LlamaAttention.linear(width, inner, config.innerBias()));
    down = child("down_proj", LlamaAttention.linear(inner, width, config.innerBias()));
    activation = config.activation();
  }

  /** x [.., D] to [.., D]. */
  Tensor forward(Tensor x) {
    return down.forward(activation.apply(gate.forward(x)).times(up.forward(x)));
  }
}
