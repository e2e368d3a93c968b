package org.attune.models;

import org.attune.AttuneException;
import org.attune.tensor.Tensor;

/**
 * How a head that chooses among C texts reads its input: each choice is a row of the body's batch,
 * and its score one logit. Everything the input holds is [B, C, T] then, the mask too.
 */
public final class Choices {
  private Choices() {}

  /**
   * The choices as rows.
   *
   * @param input of [B, C, T] tensors
   * @param family for messages
   * @return the same as [B C, T]
   * @throws AttuneException when the ids have other dimensions, or the mask those of packed texts
   */
  public static ModelInput rows(ModelInput input, String family) {
    if (input.ids().rank() != 3) {
      throw new AttuneException(
          family
              + ": a multiple choice model reads ids of rows, choices and tokens, got "
              + input.ids().shape()
              + "; put the choices of a row in a list of their own");
    }
    return new ModelInput(
        flat(input.ids(), input, family),
        input.mask().map(mask -> flat(mask, input, family)),
        input.typeIds().map(types -> flat(types, input, family)),
        input.positions().map(positions -> flat(positions, input, family)),
        input.decoderIds(),
        input.decoderMask());
  }

  private static Tensor flat(Tensor tensor, ModelInput input, String family) {
    if (!tensor.shape().equals(input.ids().shape())) {
      throw new AttuneException(
          family
              + ": the choices' ids are "
              + input.ids().shape()
              + ", what goes with them is "
              + tensor.shape()
              + "; expected the same");
    }
    return tensor.reshape(tensor.size(0) * tensor.size(1), tensor.size(2));
  }

  /**
   * The scores of the choices beside each other.
   *
   * @param scores [B C, 1]
   * @param input of [B, C, T] tensors
   * @return [B, C]
   */
  public static Tensor scores(Tensor scores, ModelInput input) {
    return scores.reshape(input.ids().size(0), input.ids().size(1));
  }
}
