package org.attune.models.t5;

import java.util.Optional;
import org.attune.nn.Dropout;
import org.attune.nn.Module;
import org.attune.nn.RmsNorm;
import org.attune.tensor.Tensor;

/**
 * T5 encoder block (Raffel et al. 2019, pre-norm): h = x + Attention(Norm(x)), y = h +
 * FeedForward(Norm(h)).
 */
final class T5EncoderBlock extends Module {
  private final RmsNorm attentionNorm; // "layer.0.layer_norm"
  private final T5Attention attention; // "layer.0.SelfAttention"
  private final Dropout attentionDropout;
  private final RmsNorm feedForwardNorm; // "layer.1.layer_norm"
  private final T5FeedForward feedForward; // "layer.1.DenseReluDense"
  private final Dropout feedForwardDropout;

  T5EncoderBlock(T5Config config) {
    attention = child("layer.0.SelfAttention", new T5Attention(config, true));
    attentionNorm = child("layer.0.layer_norm", new RmsNorm(config.width(), config.normEps()));
    attentionDropout = child("layer.0.dropout", new Dropout(config.dropout()));
    feedForward = child("layer.1.DenseReluDense", new T5FeedForward(config));
    feedForwardNorm = child("layer.1.layer_norm", new RmsNorm(config.width(), config.normEps()));
    feedForwardDropout = child("layer.1.dropout", new Dropout(config.dropout()));
  }

  /**
   * One block.
   *
   * @param x [B, T, D]
   * @param bias [B or 1, H, T, T]: positions, and what is masked
   * @return [B, T, D]
   */
  Tensor forward(Tensor x, Tensor bias) {
    Tensor normed = attentionNorm.forward(x);
    Tensor mixed = attention.forward(normed, normed, Optional.of(bias));
    Tensor h = x.plus(attentionDropout.forward(mixed));
    Tensor f = feedForward.forward(feedForwardNorm.forward(h));
    return h.plus(feedForwardDropout.forward(f));
  }
}
