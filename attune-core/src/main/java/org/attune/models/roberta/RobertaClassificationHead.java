package org.attune.models.roberta;

import org.attune.models.bert.BertConfig;
import org.attune.nn.Dropout;
import org.attune.nn.Linear;
import org.attune.nn.Module;
import org.attune.tensor.Tensor;

/** W2 dropout(tanh(W1 dropout(h))) of the first token, which is {@code <s>}. */
final class RobertaClassificationHead extends Module {
  private final Dropout dropout; // drawn from twice
  private final Linear dense; // "dense" [D] to [D]
  private final Linear output; // "out_proj" [D] to [labels]

  RobertaClassificationHead(BertConfig config) {
    dropout = child("dropout", new Dropout(config.classifierDropout()));
    dense = child("dense", Linear.of(config.hiddenSize(), config.hiddenSize()));
    output = child("out_proj", Linear.of(config.hiddenSize(), config.labels()));
  }

  /** hidden [B, T, D] to logits [B, labels]. */
  Tensor forward(Tensor hidden) {
    Tensor first = dropout.forward(hidden.select(1, 0)); // [B, D]
    return output.forward(dropout.forward(dense.forward(first).tanh()));
  }
}
