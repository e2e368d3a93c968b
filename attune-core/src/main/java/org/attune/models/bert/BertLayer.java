package org.attune.models.bert;

import java.util.Optional;
import org.attune.models.CausalMask;
import org.attune.nn.Activation;
import org.attune.nn.Dropout;
import org.attune.nn.KvCache;
import org.attune.nn.LayerNorm;
import org.attune.nn.Linear;
import org.attune.nn.Module;
import org.attune.tensor.Tensor;

/**
 * BERT encoder layer (Devlin et al. 2018, post-norm): h = LayerNorm(x + Attention(x)), y =
 * LayerNorm(h + W2 gelu(W1 h)).
 */
final class BertLayer extends Module {
  private final int index;
  private final BertAttention attention; // "attention"
  private final Linear intermediate; // "intermediate.dense" [D] to [F]
  private final Activation activation;
  private final Linear output; // "output.dense" [F] to [D]
  private final Dropout dropout;
  private final LayerNorm norm; // "output.LayerNorm"

  /**
   * A layer.
   *
   * @param index its place among the layers, from 0
   */
  BertLayer(BertConfig config, int index) {
    this.index = index;
    int width = config.hiddenSize();
    attention = child("attention", new BertAttention(config));
    intermediate = child("intermediate.dense", Linear.of(width, config.intermediateSize()));
    activation = config.activation();
    output = child("output.dense", Linear.of(config.intermediateSize(), width));
    dropout = child("output.dropout", new Dropout(config.hiddenDropout()));
    norm = child("output.LayerNorm", new LayerNorm(width, config.layerNormEps()));
  }

  /** Its place among the layers, from 0. */
  int index() {
    return index;
  }

  /**
   * One layer.
   *
   * @param x [B, T, D]
   * @param mask [B, 1, 1 or T, T], 0 keeps, the lowest F32 drops
   * @return [B, T, D]
   */
  Tensor forward(Tensor x, Optional<Tensor> mask) {
    return forward(x, x, mask);
  }

  /**
   * The layer's output for some tokens only, as the last layer is read by a head that looks at one:
   * the others are keys and values, and their feed-forward is left out.
   *
   * @param asking [B, U, D], the tokens of x whose output is wanted
   * @return [B, U, D]
   */
  Tensor forward(Tensor asking, Tensor x, Optional<Tensor> mask) {
    return feedForward(attention.forward(asking, x, mask));
  }

  /**
   * One layer in which no token sees those behind it.
   *
   * @param x [B, T, D]
   * @param cache of what was read before, which takes x's keys and values
   * @return [B, T, D]
   */
  Tensor causal(Tensor x, CausalMask mask, Optional<KvCache> cache) {
    return feedForward(attention.causal(x, mask, cache));
  }

  private Tensor feedForward(Tensor h) {
    Tensor f = output.forward(activation.apply(intermediate.forward(h)));
    return norm.forward(dropout.forward(f).plus(h));
  }
}
