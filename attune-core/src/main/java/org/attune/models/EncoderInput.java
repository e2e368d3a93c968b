package org.attune.models;

import java.util.Optional;
import org.attune.tensor.DType;
import org.attune.tensor.Tensor;

/**
 * A batch of token ids for an encoder.
 *
 * @param ids [B, T] I64
 * @param mask [B, T] I64, 1 for a token and 0 for padding; empty when nothing is padded
 * @param typeIds [B, T] I64, the segment of each token; empty for all zero
 */
public record EncoderInput(Tensor ids, Optional<Tensor> mask, Optional<Tensor> typeIds) {
  /**
   * Finite, so that a row of nothing but padding gives no NaN; the lowest F32, as transformers
   * uses.
   */
  private static final double DROPPED = -Float.MAX_VALUE;

  public static EncoderInput of(Tensor ids) {
    return new EncoderInput(ids, Optional.empty(), Optional.empty());
  }

  public static EncoderInput of(Tensor ids, Tensor mask) {
    return new EncoderInput(ids, Optional.of(mask), Optional.empty());
  }

  /**
   * The mask to add to attention scores: [B, 1, 1, T] F32, 0 for a token and the lowest F32 for
   * padding.
   */
  public Optional<Tensor> attentionMask() {
    return mask.map(m -> m.eq(0).to(DType.F32).times(DROPPED).reshape(m.size(0), 1, 1, m.size(1)));
  }
}
