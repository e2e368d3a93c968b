package org.attune.models.t5;

import org.attune.checkpoint.ConfigJson;
import org.attune.models.Head;
import org.attune.models.ModelInput;
import org.attune.nn.Dropout;
import org.attune.nn.Linear;
import org.attune.tensor.Tensor;

/** W dropout(h) over the encoder alone: a row of logits a token. */
public final class T5ForTokenClassification extends T5Base {
  private final T5EncoderModel transformer; // "transformer"
  private final Dropout dropout;
  private final Linear classifier; // "classifier" [D] to [labels]

  T5ForTokenClassification(ConfigJson json, T5Config config) {
    super(json, Head.TOKEN_CLASSIFICATION, config);
    transformer = child("transformer", new T5EncoderModel(json, config));
    dropout = child("dropout", new Dropout(config.classifierDropout()));
    classifier = child("classifier", Linear.of(config.width(), config.labels()));
  }

  /** Logits [B, T, labels]. */
  @Override
  public Tensor forward(ModelInput input) {
    return classifier.forward(dropout.forward(transformer.forward(input)));
  }
}
