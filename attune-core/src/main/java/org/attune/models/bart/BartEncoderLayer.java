package org.attune.models.bart;

import java.util.Optional;
import org.attune.nn.Dropout;
import org.attune.nn.LayerNorm;
import org.attune.nn.Module;
import org.attune.tensor.Tensor;

/**
 * BART encoder layer (Lewis et al. 2019, post-norm): h = LayerNorm(x + Attention(x)), y =
 * LayerNorm(h + FeedForward(h)).
 */
final class BartEncoderLayer extends Module {
  private final BartAttention attention; // "self_attn"
  private final Dropout dropout;
  private final LayerNorm norm; // "self_attn_layer_norm"
  private final BartFeedForward feedForward; // "fc1", "fc2", "final_layer_norm"

  BartEncoderLayer(BartConfig config) {
    attention = child("self_attn", new BartAttention(config, config.encoder().heads(), true));
    dropout = child("self_attn_dropout", new Dropout(config.dropout()));
    norm = child("self_attn_layer_norm", new LayerNorm(config.width(), BartConfig.NORM_EPS));
    feedForward = child("", new BartFeedForward(config, config.encoder().feedForwardWidth()));
  }

  /**
   * One layer.
   *
   * @param x [B, T, D]
   * @param mask [B, 1, 1, T] or [B, 1, T, T]
   * @return [B, T, D]
   */
  Tensor forward(Tensor x, Optional<Tensor> mask) {
    Tensor h = norm.forward(x.plus(dropout.forward(attention.forward(x, x, mask))));
    return feedForward.forward(h);
  }
}
