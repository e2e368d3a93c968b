package org.attune.models.bart;

import java.util.List;
import java.util.Optional;
import org.attune.models.CausalMask;
import org.attune.models.EncoderMemory;
import org.attune.nn.Attention;
import org.attune.nn.JoinedLinear;
import org.attune.nn.KvCache;
import org.attune.nn.Linear;
import org.attune.nn.Module;
import org.attune.tensor.Tensor;

/** Wo attention(Wq x, Wk y, Wv y), all with biases. */
final class BartAttention extends Module {
  private final Linear key; // "k_proj"
  private final Linear value; // "v_proj"
  private final Linear query; // "q_proj"
  private final Optional<JoinedLinear> all; // the three, where they read the same
  private final Attention attention;
  private final Linear output; // "out_proj"

  /**
   * New attention.
   *
   * @param self whether it is to the states themselves, not to an encoder's
   */
  BartAttention(BartConfig config, int heads, boolean self) {
    int width = config.width();
    key = child("k_proj", Linear.of(width, width));
    value = child("v_proj", Linear.of(width, width));
    query = child("q_proj", Linear.of(width, width));
    all = self ? Optional.of(child("qkv", new JoinedLinear(query, key, value))) : Optional.empty();
    attention = child("attention", new Attention(heads, width / heads, config.attentionDropout()));
    output = child("out_proj", Linear.of(width, width));
  }

  /**
   * Attention to the states themselves or to an encoder's.
   *
   * @param x [B, T, D]
   * @param states [B, S, D]
   * @param mask [B, 1, 1 or T, S], added to the scores
   * @return [B, T, D]
   */
  Tensor forward(Tensor x, Tensor states, Optional<Tensor> mask) {
    if (all.isPresent()) {
      List<Tensor> own = all.get().forward(x);
      return output.forward(attention.forward(own.get(0), own.get(1), own.get(2), mask));
    }
    return output.forward(
        attention.forward(query.forward(x), key.forward(states), value.forward(states), mask));
  }

  /**
   * Attention to the states themselves and those before: x [B, T, D] to [B, T, D]. A cache takes
   * the new keys and values and gives all so far.
   */
  Tensor causal(Tensor x, CausalMask mask, Optional<KvCache> cache) {
    List<Tensor> own = all.orElseThrow().forward(x);
    Tensor q = attention.splitQuery(own.get(0)); // [B, H, T, E]
    Tensor k = attention.splitKey(own.get(1));
    Tensor v = attention.splitKey(own.get(2));
    return output.forward(attention.join(mask.mix(attention, q, k, v, cache)));
  }

  /** What {@link #remembered} reads: keys and values of an encoder's states [P, S, D]. */
  EncoderMemory.Layer memory(Tensor states) {
    return new EncoderMemory.Layer(
        attention.splitKey(key.forward(states)).contiguous(),
        attention.splitKey(value.forward(states)).contiguous());
  }

  /** Attention to an encoder's states, in the memory of one layer: x [R, t, D] to [R, t, D]. */
  Tensor remembered(Tensor x, EncoderMemory memory, int layer) {
    return output.forward(memory.attend(layer, attention, query.forward(x)));
  }
}
