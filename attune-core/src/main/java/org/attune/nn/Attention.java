package org.attune.nn;

import java.util.Optional;
import org.attune.tensor.Autocast;
import org.attune.tensor.DType;
import org.attune.tensor.Functional;
import org.attune.tensor.Tensor;

/**
 * Multi-head scaled dot-product attention (Vaswani et al. 2017, section 3.2), without its
 * projections: the model makes query, key and value, so that any layer can stand in for them.
 *
 * <p>With no dropout to apply it is one fused kernel. That kernel has no dropout on a CPU, and its
 * bf16 form is many times slower than fp32, so it always runs in fp32.
 */
public final class Attention extends Module {
  private final int heads;
  private final Dropout dropout;

  /**
   * Attention over a number of heads.
   *
   * @param dropout probability of dropping an attention weight while training
   */
  public Attention(int heads, double dropout) {
    this.heads = heads;
    this.dropout = child("dropout", new Dropout(dropout));
  }

  /**
   * Mixes the values by how well queries match keys.
   *
   * @param query [B, T, D]
   * @param key [B, S, D]
   * @param value [B, S, D]
   * @param mask [B, 1, 1, S] or [B, 1, T, S] added to the scores: 0 keeps, -inf drops
   * @return [B, T, D]
   */
  public Tensor forward(Tensor query, Tensor key, Tensor value, Optional<Tensor> mask) {
    Tensor q = split(query); // [B, H, T, E]
    Tensor k = split(key); // [B, H, S, E]
    Tensor v = split(value); // [B, H, S, E]
    Tensor mixed =
        dropout.active() ? withDropout(q, k, v, mask) : Autocast.off(() -> fused(q, k, v, mask));
    return mixed.transpose(1, 2).reshape(query.size(0), query.size(1), query.size(2));
  }

  private static Tensor fused(Tensor q, Tensor k, Tensor v, Optional<Tensor> mask) {
    return Functional.attention(single(q), single(k), single(v), mask);
  }

  private Tensor withDropout(Tensor q, Tensor k, Tensor v, Optional<Tensor> mask) {
    double scale = 1 / Math.sqrt((double) q.size(3));
    Tensor scores = q.times(scale).matmul(k.transpose(2, 3)); // [B, H, T, S]
    Tensor masked = mask.map(scores::plus).orElse(scores);
    return dropout.forward(Functional.softmax(masked, -1)).matmul(v);
  }

  private Tensor split(Tensor x) {
    long width = x.size(2) / heads;
    return x.reshape(x.size(0), x.size(1), heads, width).transpose(1, 2);
  }

  private static Tensor single(Tensor x) {
    return x.dtype() == DType.F32 ? x : x.to(DType.F32);
  }
}
