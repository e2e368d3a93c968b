package org.attune.nn;

import java.util.List;
import java.util.Optional;
import org.attune.tensor.Autocast;
import org.attune.tensor.DType;
import org.attune.tensor.Functional;
import org.attune.tensor.Scope;
import org.attune.tensor.Shape;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;

/**
 * Multi-head scaled dot-product attention (Vaswani et al. 2017, section 3.2), without its
 * projections: the model makes query, key and value, so that any layer can stand in for them.
 * Several query heads may share a key and value head (grouped queries, Ainslie et al. 2023).
 *
 * <p>With no dropout to apply it is one fused kernel. That kernel has no dropout on a CPU, and its
 * bf16 form is many times slower than fp32, so it always runs in fp32.
 */
public final class Attention extends Module {
  private final int heads;
  private final int keyHeads;
  private final double scale;
  private final Dropout dropout;
  private Optional<List<Tensor>> record = Optional.empty();

  /**
   * Attention over a number of heads of width E, scores scaled by 1 / sqrt(E).
   *
   * @param dropout probability of dropping an attention weight while training
   */
  public Attention(int heads, int headWidth, double dropout) {
    this(heads, heads, 1 / Math.sqrt((double) headWidth), dropout);
  }

  /**
   * Attention with fewer heads of keys and values than of queries, or another scale.
   *
   * @param heads H of the queries
   * @param keyHeads K of the keys and values, a divisor of H
   * @param scale factor of the scores; 1 where the model does not scale
   */
  public Attention(int heads, int keyHeads, double scale, double dropout) {
    if (heads % keyHeads != 0) {
      throw new IllegalArgumentException(
          heads + " query heads cannot share " + keyHeads + " key heads evenly");
    }
    this.heads = heads;
    this.keyHeads = keyHeads;
    this.scale = scale;
    this.dropout = child("dropout", new Dropout(dropout));
  }

  /**
   * Adds the probabilities of the passes to come, before dropout, to a list: [B, H, T, S] F32, kept
   * until the caller closes them. They are computed beside the fused kernel, which stores none.
   *
   * @param probabilities to add to; empty to stop
   */
  public void record(Optional<List<Tensor>> probabilities) {
    record = probabilities;
  }

  private void record(Tensor q, Tensor k, Optional<Tensor> mask) {
    record.ifPresent(
        list ->
            list.add(
                Scope.tidy(
                        () ->
                            Autocast.off(
                                () -> {
                                  Tensor keys = single(repeat(k)).transpose(2, 3);
                                  Tensor scores = single(q).matmul(keys).times(scale);
                                  return Functional.softmax(
                                      mask.map(scores::plus).orElse(scores), -1);
                                }))
                    .keep()));
  }

  /**
   * Mixes the values by how well queries match keys.
   *
   * @param query [B, T, H E]
   * @param key [B, S, K E]
   * @param value [B, S, K E]
   * @param mask broadcast to [B, H, T, S] and added to the scores: 0 keeps, the lowest F32 drops
   * @return [B, T, H E]
   */
  public Tensor forward(Tensor query, Tensor key, Tensor value, Optional<Tensor> mask) {
    return join(mix(splitQuery(query), splitKey(key), splitKey(value), mask));
  }

  /**
   * The same on heads that are split already, as rotary positions and caches need them.
   *
   * @param q [B, H, T, E]
   * @param k [B, K, S, E]
   * @param v [B, K, S, E]
   * @return [B, H, T, E]
   */
  public Tensor mix(Tensor q, Tensor k, Tensor v, Optional<Tensor> mask) {
    record(q, k, mask);
    if (dropout.active()) {
      return withDropout(q, repeat(k), repeat(v), mask);
    }
    boolean grouped = keyHeads < heads;
    if (grouped && q.size(2) == 1 && mask.map(m -> m.size(1) == 1).orElse(true)) {
      // One query a head: those that share a key head become its rows, and no key is repeated.
      Tensor rows = q.reshape(q.size(0), keyHeads, heads / keyHeads, q.size(3));
      return fused(rows, k, v, mask).reshape(q.size(0), heads, 1, q.size(3));
    }
    return fused(q, repeat(k), repeat(v), mask);
  }

  /**
   * The same where query i sees keys 0 to i alone.
   *
   * @param q [B, H, T, E]
   * @param k [B, K, T, E]
   * @param v [B, K, T, E]
   * @return [B, H, T, E]
   */
  public Tensor mixCausal(Tensor q, Tensor k, Tensor v) {
    if (record.isPresent()) {
      record(q, k, Optional.of(future(q.size(2)).to(q.device())));
    }
    if (dropout.active()) {
      return withDropout(q, repeat(k), repeat(v), Optional.of(future(q.size(2)).to(q.device())));
    }
    return Autocast.off(
        () -> Functional.causalAttention(single(q), single(repeat(k)), single(repeat(v)), scale));
  }

  /** [T, T] F32: 0 on and below the diagonal, the lowest F32 above it. */
  public static Tensor future(long length) {
    Tensor places = Tensors.range(length);
    Tensor ahead = places.unsqueeze(0).minus(places.unsqueeze(1)).gt(0);
    return Tensors.zeros(Shape.of(length, length), DType.F32).maskedFill(ahead, -Float.MAX_VALUE);
  }

  private Tensor fused(Tensor q, Tensor k, Tensor v, Optional<Tensor> mask) {
    return Autocast.off(() -> Functional.attention(single(q), single(k), single(v), mask, scale));
  }

  /**
   * Dropout of attention weights inside the fused kernel, which has none. Every key stands there
   * twice, once with its value and once with a value of zero, and for each query exactly one of the
   * two is hidden: a dropped key still counts in the softmax's sum but adds nothing. That is the
   * same function as dropping weights after the softmax, and no weight is ever stored.
   */
  private Tensor withDropout(Tensor q, Tensor k, Tensor v, Optional<Tensor> mask) {
    Tensor hidden = dropout.bias(Shape.of(q.size(0), heads, q.size(2), k.size(2))); // [B, H, T, S]
    Tensor choice = twice(hidden, hidden.neg().plus(-Float.MAX_VALUE), -1); // [B, H, T, 2 S]
    Tensor bias = mask.map(m -> choice.plus(twice(m, m, -1))).orElse(choice);
    Tensor values = v.times(1 / (1 - dropout.probability()));
    return fused(q, twice(k, k, 2), twice(values, values.detach().times(0), 2), Optional.of(bias));
  }

  private static Tensor twice(Tensor first, Tensor second, int dim) {
    return Tensor.cat(List.of(first, second), dim);
  }

  /** [B, T, H E] to [B, H, T, E]. */
  public Tensor splitQuery(Tensor x) {
    return split(x, heads);
  }

  /** [B, S, K E] to [B, K, S, E]. */
  public Tensor splitKey(Tensor x) {
    return split(x, keyHeads);
  }

  /** [B, H, T, E] to [B, T, H E]. */
  public Tensor join(Tensor x) {
    if (x.size(2) == 1) {
      return x.reshape(x.size(0), 1, x.size(1) * x.size(3)); // one token: nothing changes places
    }
    return x.transpose(1, 2).reshape(x.size(0), x.size(2), x.size(1) * x.size(3));
  }

  private static Tensor split(Tensor x, int heads) {
    if (x.size(1) == 1) {
      return x.reshape(x.size(0), heads, 1, x.size(2) / heads);
    }
    return x.reshape(x.size(0), x.size(1), heads, x.size(2) / heads).transpose(1, 2);
  }

  /** Each key head once for every query head that shares it: [B, K, S, E] to [B, H, S, E]. */
  private Tensor repeat(Tensor x) {
    if (keyHeads == heads) {
      return x;
    }
    long shared = heads / keyHeads;
    return x.unsqueeze(2)
        .expand(x.size(0), keyHeads, shared, x.size(2), x.size(3))
        .reshape(x.size(0), heads, x.size(2), x.size(3));
  }

  private static Tensor single(Tensor x) {
    return x.dtype() == DType.F32 ? x : x.to(DType.F32);
  }
}
