package org.attune.models.t5;

import java.util.List;
import org.attune.checkpoint.ConfigJson;
import org.attune.models.Body;
import org.attune.models.Head;
import org.attune.models.ModelInput;
import org.attune.tensor.Tensor;

/** Encoder and decoder without a head: alone, or a classifier's {@code transformer}. */
public final class T5Model extends T5Stacks implements Body {
  T5Model(ConfigJson json, T5Config config) {
    super(json, Head.NONE, config);
  }

  /** The decoder's last hidden state [B, U, D]. */
  @Override
  public Tensor forward(ModelInput input) {
    return states(input);
  }

  @Override
  public List<Tensor> hiddenStates(ModelInput input) {
    return decoderStates(input);
  }

  @Override
  public List<Tensor> encoderHiddenStates(ModelInput input) {
    return encoder().states(input);
  }
}
