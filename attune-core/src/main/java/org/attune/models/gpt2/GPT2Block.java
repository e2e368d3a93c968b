package org.attune.models.gpt2;

import org.attune.models.CausalMask;
import org.attune.nn.Activation;
import org.attune.nn.Conv1D;
import org.attune.nn.Dropout;
import org.attune.nn.KvCache;
import org.attune.nn.LayerNorm;
import org.attune.nn.Module;
import org.attune.tensor.Tensor;

/**
 * GPT-2 block (Radford et al. 2019, section 2.3, pre-norm): h = x + Attention(LayerNorm(x)), y = h
 * + W2 gelu(W1 LayerNorm(h)).
 */
final class GPT2Block extends Module {
  private final int index;
  private final LayerNorm attentionNorm; // "ln_1"
  private final GPT2Attention attention; // "attn"
  private final LayerNorm innerNorm; // "ln_2"
  private final Conv1D inner; // "mlp.c_fc" [D] to [F]
  private final Activation activation;
  private final Conv1D output; // "mlp.c_proj" [F] to [D]
  private final Dropout dropout;

  GPT2Block(GPT2Config config, int index) {
    this.index = index;
    int width = config.hiddenSize();
    attentionNorm = child("ln_1", new LayerNorm(width, config.layerNormEps()));
    attention = child("attn", new GPT2Attention(config, index));
    innerNorm = child("ln_2", new LayerNorm(width, config.layerNormEps()));
    inner = child("mlp.c_fc", new Conv1D(width, config.innerSize()));
    activation = config.activation();
    output = child("mlp.c_proj", new Conv1D(config.innerSize(), width, residualDeviation(config)));
    dropout = child("mlp.dropout", new Dropout(config.residualDropout()));
  }

  /**
   * New weights that write to the residual path start smaller by the square root of how many there
   * are (section 2.3).
   */
  static double residualDeviation(GPT2Config config) {
    return 1 / Math.sqrt(2.0 * config.layers());
  }

  /** Its place among the blocks, from 0. */
  int index() {
    return index;
  }

  /** x [B, T, D] to [B, T, D]. */
  Tensor forward(Tensor x, CausalMask mask) {
    Tensor h = attention.forward(attentionNorm.forward(x), mask).plus(x);
    return dropout.forward(output.forward(inner(h))).plus(h);
  }

  /**
   * One block on tokens that go on from cached ones.
   *
   * @param x [R, t, D], which may be overwritten
   * @return [R, t, D]
   */
  Tensor next(Tensor x, CausalMask mask, KvCache cache) {
    Tensor h = attention.cached(x, attentionNorm.forward(x), mask, cache);
    return output.addTo(h, inner(h));
  }

  /** What the last matrix reads: [B, T, D] to [B, T, F]. */
  private Tensor inner(Tensor h) {
    return activation.apply(inner.forward(innerNorm.forward(h)));
  }
}
