package org.attune.models;

import java.util.Optional;
import java.util.OptionalInt;
import org.attune.nn.Attention;
import org.attune.nn.KvCache;
import org.attune.tensor.DType;
import org.attune.tensor.Shape;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;

/**
 * What the tokens of a decoder see: none of those behind them, no padding, and where the model has
 * a sliding window none before it. Made once a forward pass, used by every layer.
 *
 * <p>Padding on the left sees nothing at all: it mixes all values evenly, as in transformers. That
 * is nobody's result, and the fused kernel's gradient of it is of no use, so a loss must not count
 * it.
 */
public final class CausalMask {
  /**
   * Finite, so that a row of nothing but padding gives no NaN; the lowest F32, as transformers
   * uses.
   */
  private static final double DROPPED = -Float.MAX_VALUE;

  private final Optional<Tensor> additive; // [B or 1, 1, T, S] F32; empty: all is seen, or
  private final boolean
      triangle; // nothing but what is ahead is hidden, which a kernel knows itself

  private CausalMask(Optional<Tensor> additive, boolean triangle) {
    this.additive = additive;
    this.triangle = triangle;
  }

  /**
   * The mask of a whole input.
   *
   * @param window how many tokens, itself among them, a token sees at most
   */
  public static CausalMask of(ModelInput input, OptionalInt window) {
    long length = input.ids().size(1); // T
    Optional<Tensor> hidden =
        input
            .mask()
            .map(mask -> mask.rank() == 2 ? mask.unsqueeze(1).unsqueeze(1) : mask.unsqueeze(1))
            .map(mask -> mask.eq(0));
    return build(hidden, 0, length, window);
  }

  /**
   * The mask of tokens that go on from cached ones.
   *
   * @param mask [R, S] I64 over cached and new tokens, 0 for padding; empty when there is none
   * @param past tokens in the cache
   * @param length T, tokens that are new
   * @param window how many tokens, itself among them, a token sees at most
   */
  public static CausalMask behind(
      Optional<Tensor> mask, long past, long length, OptionalInt window) {
    return build(mask.map(m -> m.unsqueeze(1).unsqueeze(1).eq(0)), past, length, window);
  }

  private static CausalMask build(
      Optional<Tensor> hidden, long past, long length, OptionalInt window) {
    long seen = past + length; // S
    boolean cut = window.isPresent() && window.getAsInt() < seen;
    if (hidden.isEmpty() && !cut && (past == 0 || length == 1)) {
      return new CausalMask(Optional.empty(), length > 1);
    }
    Tensor places = Tensors.range(seen);
    Tensor queries = places.narrow(0, past, length).unsqueeze(1); // [T, 1]
    Tensor ahead = places.unsqueeze(0).minus(queries); // [T, S], > 0 what comes later
    Tensor mask = Tensors.zeros(Shape.of(1, 1, length, seen), DType.F32);
    mask = mask.maskedFill(ahead.gt(0), DROPPED);
    if (cut) {
      mask = mask.maskedFill(ahead.neg().gt(window.getAsInt() - 1.0), DROPPED);
    }
    if (hidden.isPresent()) {
      mask = mask.to(hidden.get().device()).maskedFill(hidden.get(), DROPPED); // [B, 1, T, S]
    }
    return new CausalMask(Optional.of(mask), false);
  }

  /**
   * Attention under this mask.
   *
   * @param q [B, H, T, E]
   * @param k [B, K, S, E]
   * @param v [B, K, S, E]
   * @return [B, H, T, E]
   */
  public Tensor mix(Attention attention, Tensor q, Tensor k, Tensor v) {
    return triangle
        ? attention.mixCausal(q, k, v)
        : attention.mix(q, k, v, additive.map(mask -> mask.to(q.device())));
  }

  /**
   * The same over a cache of keys and values, which takes the new ones first.
   *
   * @param cache of this attention; empty where nothing came before
   */
  public Tensor mix(Attention attention, Tensor q, Tensor k, Tensor v, Optional<KvCache> cache) {
    if (cache.isEmpty()) {
      return mix(attention, q, k, v);
    }
    // Attention runs in fp32: a cache that holds it is not converted anew for every token.
    cache.get().append(single(k), single(v));
    return mix(attention, q, cache.get().keys(), cache.get().values());
  }

  private static Tensor single(Tensor x) {
    return x.dtype() == DType.F32 ? x : x.to(DType.F32);
  }

  /**
   * The mask on top of what a model adds to the scores itself.
   *
   * @param bias [1, H, T, S] F32
   * @return [B or 1, H, T, S] F32
   */
  public Tensor on(Tensor bias) {
    if (triangle) {
      long length = bias.size(2); // T
      return bias.plus(Attention.future(length).to(bias.device()));
    }
    return additive.map(mask -> bias.plus(mask.to(bias.device()))).orElse(bias);
  }
}
