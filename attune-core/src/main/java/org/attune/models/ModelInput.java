package org.attune.models;

import java.util.Optional;
import org.attune.tensor.DType;
import org.attune.tensor.Tensor;

/**
 * A batch of token ids, and what a model may be told about them. Build it with {@link #of} and the
 * {@code with} methods; what is left out is as transformers takes it to be.
 *
 * @param ids [B, T] I64; those of the encoder where there are two stacks; [B, C, T] where C texts
 *     are to be chosen from, as then are mask, types and positions
 * @param mask [B, T] I64, 1 for a token and 0 for padding; or [B, T, T] I64, 1 where row i may see
 *     column j, as packed texts need; empty when nothing is padded
 * @param typeIds [B, T] I64, the segment of each token; empty for all zero
 * @param positions [B, T] I64, the position of each token; empty for 0, 1, .. (or the family's own
 *     rule)
 * @param decoderIds [B, U] I64, what the decoder reads, where there is one
 * @param decoderMask [B, U] I64, as {@code mask}
 */
public record ModelInput(
    Tensor ids,
    Optional<Tensor> mask,
    Optional<Tensor> typeIds,
    Optional<Tensor> positions,
    Optional<Tensor> decoderIds,
    Optional<Tensor> decoderMask) {
  /**
   * Finite, so that a row of nothing but padding gives no NaN; the lowest F32, as transformers
   * uses.
   */
  private static final double DROPPED = -Float.MAX_VALUE;

  public static ModelInput of(Tensor ids) {
    return new ModelInput(
        ids,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  public static ModelInput of(Tensor ids, Tensor mask) {
    return of(ids).withMask(Optional.of(mask));
  }

  public ModelInput withMask(Optional<Tensor> newMask) {
    return new ModelInput(ids, newMask, typeIds, positions, decoderIds, decoderMask);
  }

  public ModelInput withTypeIds(Optional<Tensor> types) {
    return new ModelInput(ids, mask, types, positions, decoderIds, decoderMask);
  }

  public ModelInput withPositions(Tensor newPositions) {
    return new ModelInput(ids, mask, typeIds, Optional.of(newPositions), decoderIds, decoderMask);
  }

  public ModelInput withDecoder(Tensor newIds, Optional<Tensor> newMask) {
    return new ModelInput(ids, mask, typeIds, positions, Optional.of(newIds), newMask);
  }

  /** The mask to add to an encoder's attention scores; see {@link #additive}. */
  public Optional<Tensor> attentionMask() {
    return mask.map(ModelInput::additive);
  }

  /**
   * What is added to attention scores for a mask of 1 and 0: 0 for 1 and the lowest F32 for 0.
   *
   * @param mask [B, S] or [B, T, S] I64
   * @return [B, 1, 1, S] or [B, 1, T, S] F32
   */
  public static Tensor additive(Tensor mask) {
    Tensor dropped = mask.eq(0).to(DType.F32).times(DROPPED);
    return mask.rank() == 2 ? dropped.unsqueeze(1).unsqueeze(1) : dropped.unsqueeze(1);
  }
}
