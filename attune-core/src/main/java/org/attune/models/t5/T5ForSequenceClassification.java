package org.attune.models.t5;

import org.attune.checkpoint.ConfigJson;
import org.attune.models.EncoderDecoder;
import org.attune.models.EndOfText;
import org.attune.models.Head;
import org.attune.models.ModelInput;
import org.attune.nn.Dropout;
import org.attune.nn.Linear;
import org.attune.tensor.Tensor;

/**
 * W2 dropout(tanh(W1 dropout(h))) of the decoder's state at the end of the text, which both stacks
 * read.
 */
public final class T5ForSequenceClassification extends T5Base implements EncoderDecoder {
  private final T5Model transformer; // "transformer"
  private final Dropout dropout; // one, called twice
  private final Linear dense; // "classification_head.dense" [D] to [D]
  private final Linear output; // "classification_head.out_proj" [D] to [labels]

  T5ForSequenceClassification(ConfigJson json, T5Config config) {
    super(json, Head.SEQUENCE_CLASSIFICATION, config);
    transformer = child("transformer", new T5Model(json, config));
    dropout = child("classification_head.dropout", new Dropout(config.classifierDropout()));
    dense = child("classification_head.dense", Linear.of(config.width(), config.width()));
    output = child("classification_head.out_proj", Linear.of(config.width(), config.labels()));
    dense.weight().deviation(Math.pow(config.width(), -0.5));
    output.weight().deviation(Math.pow(config.width(), -0.5));
  }

  /** Logits [B, labels]. */
  @Override
  public Tensor forward(ModelInput input) {
    Tensor hidden = transformer.forward(transformer.withDecoderIds(input)); // [B, T, D]
    Tensor end = EndOfText.of(hidden, input.ids(), t5Config().eosTokenId(), "t5"); // [B, D]
    Tensor h = dense.forward(dropout.forward(end)).tanh();
    return output.forward(dropout.forward(h));
  }
}
