package org.attune.models.bart;

import java.util.Optional;
import org.attune.models.CausalMask;
import org.attune.models.EncoderMemory;
import org.attune.nn.Dropout;
import org.attune.nn.KvCache;
import org.attune.nn.LayerNorm;
import org.attune.nn.Module;
import org.attune.tensor.Tensor;

/**
 * BART decoder layer (Lewis et al. 2019, post-norm): g = LayerNorm(x + Attention(x)), h =
 * LayerNorm(g + CrossAttention(g, encoder)), y = LayerNorm(h + FeedForward(h)).
 */
final class BartDecoderLayer extends Module {
  private final int index;
  private final BartAttention self; // "self_attn"
  private final Dropout selfDropout;
  private final LayerNorm selfNorm; // "self_attn_layer_norm"
  private final BartAttention cross; // "encoder_attn"
  private final Dropout crossDropout;
  private final LayerNorm crossNorm; // "encoder_attn_layer_norm"
  private final BartFeedForward feedForward; // "fc1", "fc2", "final_layer_norm"

  BartDecoderLayer(BartConfig config, int index) {
    this.index = index;
    int heads = config.decoder().heads();
    self = child("self_attn", new BartAttention(config, heads, true));
    selfDropout = child("self_attn_dropout", new Dropout(config.dropout()));
    selfNorm = child("self_attn_layer_norm", new LayerNorm(config.width(), BartConfig.NORM_EPS));
    cross = child("encoder_attn", new BartAttention(config, heads, false));
    crossDropout = child("encoder_attn_dropout", new Dropout(config.dropout()));
    crossNorm =
        child("encoder_attn_layer_norm", new LayerNorm(config.width(), BartConfig.NORM_EPS));
    feedForward = child("", new BartFeedForward(config, config.decoder().feedForwardWidth()));
  }

  /**
   * One layer on whole sequences.
   *
   * @param x [B, U, D]
   * @param causal what each place sees of the decoder's own input
   * @param states of the encoder [B, T, D]
   * @param mask over those [B, 1, 1, T]
   * @return [B, U, D]
   */
  Tensor forward(Tensor x, CausalMask causal, Tensor states, Optional<Tensor> mask) {
    Tensor g =
        selfNorm.forward(x.plus(selfDropout.forward(self.causal(x, causal, Optional.empty()))));
    Tensor read = cross.forward(g, states, mask);
    return feedForward.forward(crossNorm.forward(g.plus(crossDropout.forward(read))));
  }

  /** One layer on tokens that go on from cached ones: x [R, t, D] to [R, t, D]. */
  Tensor next(Tensor x, CausalMask causal, KvCache cache, EncoderMemory memory) {
    Tensor g = selfNorm.forward(x.plus(self.causal(x, causal, Optional.of(cache))));
    return feedForward.forward(crossNorm.forward(g.plus(cross.remembered(g, memory, index))));
  }

  /**
   * One layer without an encoder's states.
   *
   * @param x [B, U, D]
   * @param cache of what was read before, which takes x's keys and values
   * @return [B, U, D]
   */
  Tensor alone(Tensor x, CausalMask causal, Optional<KvCache> cache) {
    Tensor read = selfDropout.forward(self.causal(x, causal, cache));
    return feedForward.forward(selfNorm.forward(x.plus(read)));
  }

  /** For a decoder alone, which does not read these parameters. */
  void freezeCrossAttention() {
    cross.namedParameters().values().forEach(parameter -> parameter.trainable(false));
    crossNorm.namedParameters().values().forEach(parameter -> parameter.trainable(false));
  }

  int index() {
    return index;
  }

  /** The cross-attention's keys and values of the encoder's states [P, T, D]. */
  EncoderMemory.Layer memory(Tensor states) {
    return cross.memory(states);
  }
}
