package org.attune.models.bart;

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
 * read (Lewis et al. 2019, section 3.1).
 */
public final class BartForSequenceClassification extends BartBase implements EncoderDecoder {
  private final BartModel model; // "model"
  private final Dropout dropout; // one, called twice
  private final Linear dense; // "classification_head.dense" [D] to [D]
  private final Linear output; // "classification_head.out_proj" [D] to [labels]

  BartForSequenceClassification(ConfigJson json, BartConfig config) {
    super(json, Head.SEQUENCE_CLASSIFICATION, config);
    model = child("model", new BartModel(json, config));
    dropout = child("classification_head.dropout", new Dropout(config.classifierDropout()));
    dense = child("classification_head.dense", Linear.of(config.width(), config.width()));
    output = child("classification_head.out_proj", Linear.of(config.width(), config.labels()));
  }

  /** Logits [B, labels]. */
  @Override
  public Tensor forward(ModelInput input) {
    Tensor hidden = model.forward(input); // [B, T, D]
    Tensor end = EndOfText.of(hidden, input.ids(), bartConfig().eosTokenId(), "bart"); // [B, D]
    Tensor h = dense.forward(dropout.forward(end)).tanh();
    return output.forward(dropout.forward(h));
  }
}
