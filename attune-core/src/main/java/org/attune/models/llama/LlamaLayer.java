package org.attune.models.llama;

import java.util.Optional;
import org.attune.models.CausalMask;
import org.attune.nn.KvCache;
import org.attune.nn.Module;
import org.attune.nn.RmsNorm;
import org.attune.nn.Rotary;
import org.attune.tensor.Tensor;

/**
 * Llama decoder layer (Touvron et al. 2023, section 2.2, pre-norm): h = x + Attention(RmsNorm(x)),
 * y = h + FeedForward(RmsNorm(h)).
 */
final class LlamaLayer extends Module {
  private final int index;
  private final LlamaAttention attention; // "self_attn"
  private final LlamaFeedForward feedForward; // "mlp"
  private final RmsNorm attentionNorm; // "input_layernorm"
  private final RmsNorm innerNorm; // "post_attention_layernorm"

  LlamaLayer(LlamaConfig config, int index) {
    this.index = index;
    attention = child("self_attn", new LlamaAttention(config));
    feedForward = child("mlp", new LlamaFeedForward(config));
    attentionNorm = child("input_layernorm", new RmsNorm(config.hiddenSize(), config.normEps()));
    innerNorm =
        child("post_attention_layernorm", new RmsNorm(config.hiddenSize(), config.normEps()));
  }

  /** Its place among the layers, from 0. */
  int index() {
    return index;
  }

  /** x [B, T, D] to [B, T, D]. */
  Tensor forward(Tensor x, Rotary.Angles angles, CausalMask mask, Optional<KvCache> cache) {
    Tensor h = x.plus(attention.forward(attentionNorm.forward(x), angles, mask, cache));
    return h.plus(feedForward.forward(innerNorm.forward(h)));
  }
}
