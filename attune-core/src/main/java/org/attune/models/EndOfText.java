package org.attune.models;

import org.attune.AttuneException;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;

/**
 * Where an encoder-decoder that classifies a sequence looks: the decoder reads the text itself, and
 * its state at the last end-of-text token has read all of it.
 */
public final class EndOfText {
  private EndOfText() {}

  /**
   * The states at the last end of each row.
   *
   * @param hidden of the decoder [B, T, D]
   * @param ids of the encoder [B, T]
   * @param eosId {@code eos_token_id}
   * @param family for messages
   * @return [B, D]
   * @throws AttuneException when a row has no such token
   */
  public static Tensor of(Tensor hidden, Tensor ids, int eosId, String family) {
    long rows = ids.size(0); // B
    long length = ids.size(1); // T
    if (hidden.size(1) != length) {
      throw new AttuneException(
          family
              + ": a sequence classifier's decoder reads the text itself, expected "
              + length
              + " decoder ids, got "
              + hidden.size(1)
              + "; leave decoder_input_ids out");
    }
    long[] flags = ids.eq((double) eosId).toLongs();
    long[] places = new long[(int) rows]; // into [B T]
    for (int row = 0; row < rows; row++) {
      int last = (int) length - 1;
      while (last >= 0 && flags[row * (int) length + last] == 0) {
        last--;
      }
      if (last < 0) {
        throw new AttuneException(
            family
                + ": row "
                + row
                + " has no end-of-text token (eos_token_id "
                + eosId
                + "), where the classifier looks; tokenize with special tokens");
      }
      places[row] = row * length + last;
    }
    Tensor index = Tensors.ofLongs(places, rows).to(hidden.device());
    return hidden.reshape(rows * length, hidden.size(2)).indexSelect(0, index);
  }
}
