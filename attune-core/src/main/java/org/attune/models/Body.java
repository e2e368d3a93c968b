package org.attune.models;

import java.util.List;
import java.util.Optional;
import org.attune.tensor.Tensor;

/**
 * A model without a head whose states between layers can be read: what probing, layer-wise
 * distillation and parity tests look at. Names are those of transformers' outputs.
 */
public interface Body {
  /**
   * Every hidden state [B, T, D]: the embeddings first, what the body returns last. Of an
   * encoder-decoder those of the decoder, [B, U, D].
   */
  List<Tensor> hiddenStates(ModelInput input);

  /**
   * The encoder's hidden states [B, T, D] of an encoder-decoder; empty where there is no decoder.
   */
  default List<Tensor> encoderHiddenStates(ModelInput input) {
    return List.of();
  }

  /**
   * What a pooler makes of the last hidden state [B, T, D]: [B, D]. Empty for a body without one,
   * which it also is where its checkpoint had none.
   */
  default Optional<Tensor> pooled(Tensor hidden) {
    return Optional.empty();
  }
}
