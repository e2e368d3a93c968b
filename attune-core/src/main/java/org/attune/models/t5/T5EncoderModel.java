package org.attune.models.t5;

import java.util.List;
import org.attune.checkpoint.ConfigJson;
import org.attune.models.Body;
import org.attune.models.Head;
import org.attune.models.ModelInput;
import org.attune.nn.Embedding;
import org.attune.tensor.Tensor;

/** The encoder alone: a body, or a token classifier's {@code transformer}. */
public final class T5EncoderModel extends T5Base implements Body {
  private final T5Encoder encoder; // "encoder"

  T5EncoderModel(ConfigJson json, T5Config config) {
    super(json, Head.ENCODER, config);
    Embedding shared = child("shared", new Embedding(config.vocabSize(), config.width(), -1));
    encoder = child("encoder", new T5Encoder(config, shared));
  }

  /** The encoder's last hidden state [B, T, D]. */
  @Override
  public Tensor forward(ModelInput input) {
    return encoder.forward(input);
  }

  @Override
  public List<Tensor> hiddenStates(ModelInput input) {
    return encoder.states(input);
  }
}
