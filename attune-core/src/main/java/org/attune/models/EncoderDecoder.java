package org.attune.models;

import org.attune.AttuneException;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;

/** A model with a decoder that reads the encoder's states. */
public interface EncoderDecoder {
  /** The label of a place that counts for nothing, as in transformers. */
  int IGNORED = -100;

  /** What the decoder reads first: {@code decoder_start_token_id}. */
  int decoderStartTokenId();

  /**
   * What the decoder reads while it learns to write labels: the start token, then all labels but
   * the last, with padding where a label is ignored. transformers calls it {@code
   * shift_tokens_right}, in T5 {@code _shift_right}.
   *
   * @param labels [B, U] I64, {@link #IGNORED} where there is none
   * @return [B, U] I64
   */
  Tensor shiftRight(Tensor labels);

  /** {@link #shiftRight} for given ids. */
  static Tensor shiftRight(Tensor labels, int startId, int padId) {
    long rows = labels.size(0); // B
    long length = labels.size(1); // U
    long[] from = labels.toLongs();
    long[] shifted = new long[from.length];
    for (int i = 0; i < from.length; i++) {
      long before = i % length == 0 ? startId : from[i - 1];
      shifted[i] = before == IGNORED ? padId : before;
    }
    return Tensors.ofLongs(shifted, rows, length).to(labels.device());
  }

  /**
   * What the decoder is to read.
   *
   * @throws AttuneException when the input does not say
   */
  static Tensor requireDecoderIds(ModelInput input, String family) {
    return input
        .decoderIds()
        .orElseThrow(
            () ->
                new AttuneException(
                    family
                        + ": the input has no decoder ids, and this model's decoder needs some;"
                        + " give decoder_input_ids, for training the labels shifted right"));
  }

  /**
   * The mask over the encoder's states that the decoder adds to its scores: [B, 1, 1, T].
   *
   * @param mask [B, T] I64
   * @throws AttuneException for a mask [B, T, T], which says nothing about a decoder
   */
  static Tensor crossMask(Tensor mask, String family) {
    if (mask.rank() != 2) {
      throw new AttuneException(
          family
              + ": a mask "
              + mask.shape()
              + " is for packed texts, expected [B, T] for an encoder whose states a decoder"
              + " reads");
    }
    return ModelInput.additive(mask);
  }
}
