package org.attune.models.t5;

import java.util.List;
import java.util.Optional;
import org.attune.models.EncoderMemory;
import org.attune.nn.Attention;
import org.attune.nn.JoinedLinear;
import org.attune.nn.KvCache;
import org.attune.nn.Linear;
import org.attune.nn.Module;
import org.attune.tensor.Tensor;

/** Wo attention(Wq x, Wk y, Wv y) without biases and without scaling the scores. */
final class T5Attention extends Module {
  private final Linear query; // "q" [D] to [H E]
  private final Linear key; // "k" [D] to [H E]
  private final Linear value; // "v" [D] to [H E]
  private final Optional<JoinedLinear> all; // the three, where they read the same
  private final Attention attention;
  private final Linear output; // "o" [H E] to [D]

  /**
   * New attention.
   *
   * @param self whether it is to the states themselves, not to an encoder's
   */
  T5Attention(T5Config config, boolean self) {
    int width = config.width();
    int inner = config.heads() * config.headWidth(); // H E
    query = child("q", Linear.withoutBias(width, inner));
    key = child("k", Linear.withoutBias(width, inner));
    value = child("v", Linear.withoutBias(width, inner));
    all = self ? Optional.of(child("qkv", new JoinedLinear(query, key, value))) : Optional.empty();
    attention =
        child("attention", new Attention(config.heads(), config.heads(), 1, config.dropout()));
    output = child("o", Linear.withoutBias(inner, width));
    // Small enough for scores that nothing scales (transformers' _init_weights).
    query.weight().deviation(Math.pow((double) width * config.headWidth(), -0.5));
    key.weight().deviation(Math.pow(width, -0.5));
    value.weight().deviation(Math.pow(width, -0.5));
    output.weight().deviation(Math.pow(inner, -0.5));
  }

  /**
   * Attention to the states themselves or to an encoder's.
   *
   * @param x [B, T, D]
   * @param states [B, S, D]
   * @param bias [B or 1, H or 1, T or 1, S], added to the scores
   * @return [B, T, D]
   */
  Tensor forward(Tensor x, Tensor states, Optional<Tensor> bias) {
    if (all.isPresent()) {
      List<Tensor> own = all.get().forward(x);
      return output.forward(attention.forward(own.get(0), own.get(1), own.get(2), bias));
    }
    return output.forward(
        attention.forward(query.forward(x), key.forward(states), value.forward(states), bias));
  }

  /**
   * A residual and attention to new states and those before them.
   *
   * @param residual [R, t, D], which may be overwritten
   * @param x [R, t, D]
   * @param bias [1, H, t, S]
   * @return [R, t, D]
   */
  Tensor cached(Tensor residual, Tensor x, Tensor bias, KvCache cache) {
    List<Tensor> own = all.orElseThrow().forward(x);
    cache.append(attention.splitKey(own.get(1)), attention.splitKey(own.get(2)));
    Tensor q = attention.splitQuery(own.get(0));
    Tensor mixed = attention.mix(q, cache.keys(), cache.values(), Optional.of(bias));
    return output.addTo(residual, attention.join(mixed));
  }

  /** What {@link #remembered} reads: keys and values of an encoder's states [P, S, D]. */
  EncoderMemory.Layer memory(Tensor states) {
    return new EncoderMemory.Layer(
        attention.splitKey(key.forward(states)).contiguous(),
        attention.splitKey(value.forward(states)).contiguous());
  }

  /**
   * A residual and attention to an encoder's states, in the memory of one layer.
   *
   * @param residual [R, t, D], which may be overwritten
   * @param x [R, t, D]
   * @return [R, t, D]
   */
  Tensor remembered(Tensor residual, Tensor x, EncoderMemory memory, int layer) {
    return output.addTo(residual, memory.attend(layer, attention, query.forward(x)));
  }
}
