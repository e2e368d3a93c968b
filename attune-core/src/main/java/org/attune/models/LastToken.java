package org.attune.models;

import java.util.OptionalInt;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;

/** Where a decoder that classifies a sequence looks: the last token has read all others. */
public final class LastToken {
  private LastToken() {}

  /**
   * The states of the last token of each row that is not padding, as transformers finds it: by the
   * padding's id, whatever the mask says. Without such an id the mask tells; without a mask it is
   * the last place.
   *
   * @param hidden [B, T, D]
   * @param padId {@code pad_token_id} of config.json
   * @return [B, D]
   */
  public static Tensor of(Tensor hidden, ModelInput input, OptionalInt padId) {
    long rows = hidden.size(0); // B
    long length = hidden.size(1); // T
    long[] flags;
    if (padId.isPresent()) {
      flags = input.ids().eq((double) padId.getAsInt()).toLongs();
    } else if (input.mask().isPresent() && input.mask().get().rank() == 2) {
      flags = input.mask().get().eq(0).toLongs();
    } else {
      flags = new long[(int) (rows * length)];
    }
    long[] places = new long[(int) rows]; // into [B T]
    for (int row = 0; row < rows; row++) {
      int last = (int) length - 1;
      while (last > 0 && flags[row * (int) length + last] != 0) {
        last--;
      }
      places[row] = row * length + last;
    }
    Tensor index = Tensors.ofLongs(places, rows).to(hidden.device());
    return hidden.reshape(rows * length, hidden.size(2)).indexSelect(0, index);
  }
}
