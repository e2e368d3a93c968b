package org.attune.models.llama;

import java.util.List;
import java.util.Optional;
import org.attune.models.CausalMask;
import org.attune.nn.Attention;
import org.attune.nn.JoinedLinear;
import org.attune.nn.KvCache;
import org.attune.nn.Linear;
import org.attune.nn.Module;
import org.attune.nn.Rotary;
import org.attune.tensor.Tensor;

/** Wo attention(R Wq x, R Wk x, Wv x), where R turns each head by its position. */
final class LlamaAttention extends Module {
  private final JoinedLinear queryKeyValue; // "q_proj" [D] to [H E], "k_proj", "v_proj" to [K E]
  private final Attention attention;
  private final Linear output; // "o_proj" [H E] to [D]

  LlamaAttention(LlamaConfig config) {
    int width = config.hiddenSize();
    long queries = (long) config.heads() * config.headWidth();
    long keys = (long) config.keyHeads() * config.headWidth();
    Linear query = child("q_proj", linear(width, queries, config.queryBias()));
    Linear key = child("k_proj", linear(width, keys, config.queryBias()));
    Linear value = child("v_proj", linear(width, keys, config.queryBias()));
    queryKeyValue = child("qkv", new JoinedLinear(query, key, value));
    double scale = 1 / Math.sqrt((double) config.headWidth());
    attention =
        child(
            "attention",
            new Attention(config.heads(), config.keyHeads(), scale, config.attentionDropout()));
    output = child("o_proj", linear(queries, width, config.outputBias()));
  }

  static Linear linear(long in, long out, boolean bias) {
    return bias ? Linear.of(in, out) : Linear.withoutBias(in, out);
  }

  /** x [B, T, D] to [B, T, D]; a cache takes the new keys and values and gives all so far. */
  Tensor forward(Tensor x, Rotary.Angles angles, CausalMask mask, Optional<KvCache> cache) {
    List<Tensor> own = queryKeyValue.forward(x);
    Tensor q = Rotary.rotate(attention.splitQuery(own.get(0)), angles); // [B, H, T, E]
    Tensor k = Rotary.rotate(attention.splitKey(own.get(1)), angles); // [B, K, T, E]
    Tensor v = attention.splitKey(own.get(2));
    Tensor mixed = mask.mix(attention, q, k, v, cache); // [B, H, T, E]
    return output.forward(attention.join(mixed));
  }
}
