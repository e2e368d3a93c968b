package org.attune.models.t5;

import java.util.Optional;
import org.attune.models.EncoderMemory;
import org.attune.nn.Dropout;
import org.attune.nn.KvCache;
import org.attune.nn.Module;
import org.attune.nn.RmsNorm;
import org.attune.tensor.Tensor;

/**
 * T5 decoder block (Raffel et al. 2019, pre-norm): g = x + Attention(Norm(x)), h = g +
 * CrossAttention(Norm(g), encoder), y = h + FeedForward(Norm(h)).
 */
final class T5DecoderBlock extends Module {
  private final int index;
  private final RmsNorm selfNorm; // "layer.0.layer_norm"
  private final T5Attention self; // "layer.0.SelfAttention"
  private final Dropout selfDropout;
  private final RmsNorm crossNorm; // "layer.1.layer_norm"
  private final T5Attention cross; // "layer.1.EncDecAttention"
  private final Dropout crossDropout;
  private final RmsNorm feedForwardNorm; // "layer.2.layer_norm"
  private final T5FeedForward feedForward; // "layer.2.DenseReluDense"
  private final Dropout feedForwardDropout;

  T5DecoderBlock(T5Config config, int index) {
    this.index = index;
    self = child("layer.0.SelfAttention", new T5Attention(config, true));
    selfNorm = child("layer.0.layer_norm", norm(config));
    selfDropout = child("layer.0.dropout", new Dropout(config.dropout()));
    cross = child("layer.1.EncDecAttention", new T5Attention(config, false));
    crossNorm = child("layer.1.layer_norm", norm(config));
    crossDropout = child("layer.1.dropout", new Dropout(config.dropout()));
    feedForward = child("layer.2.DenseReluDense", new T5FeedForward(config));
    feedForwardNorm = child("layer.2.layer_norm", norm(config));
    feedForwardDropout = child("layer.2.dropout", new Dropout(config.dropout()));
  }

  private static RmsNorm norm(T5Config config) {
    return new RmsNorm(config.width(), config.normEps());
  }

  /**
   * One block on whole sequences.
   *
   * @param x [B, U, D]
   * @param bias [B or 1, H, U, U]: positions, what is ahead, and what is masked
   * @param states of the encoder [B, T, D]
   * @param mask over those [B, 1, 1, T]
   * @return [B, U, D]
   */
  Tensor forward(Tensor x, Tensor bias, Tensor states, Optional<Tensor> mask) {
    Tensor normed = selfNorm.forward(x);
    Tensor g = x.plus(selfDropout.forward(self.forward(normed, normed, Optional.of(bias))));
    Tensor h = g.plus(crossDropout.forward(cross.forward(crossNorm.forward(g), states, mask)));
    return feedForward(h);
  }

  /**
   * One block on tokens that go on from cached ones.
   *
   * @param x [R, t, D], which may be overwritten
   * @param bias [1, H, t, S]
   * @return [R, t, D]
   */
  Tensor next(Tensor x, Tensor bias, KvCache cache, EncoderMemory memory) {
    Tensor g = self.cached(x, selfNorm.forward(x), bias, cache);
    Tensor h = cross.remembered(g, crossNorm.forward(g), memory, index);
    return feedForward.addTo(h, feedForwardNorm.forward(h));
  }

  private Tensor feedForward(Tensor h) {
    Tensor f = feedForward.forward(feedForwardNorm.forward(h));
    return h.plus(feedForwardDropout.forward(f));
  }

  int index() {
    return index;
  }

  /** The cross-attention's keys and values of the encoder's states [P, T, D]. */
  EncoderMemory.Layer memory(Tensor states) {
    return cross.memory(states);
  }
}
