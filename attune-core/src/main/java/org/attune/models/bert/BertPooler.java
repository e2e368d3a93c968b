package org.attune.models.bert;

import org.attune.nn.Linear;
import org.attune.nn.Module;
import org.attune.tensor.Tensor;

/** tanh(W h) of the first token, which is [CLS] or its like. */
public final class BertPooler extends Module {
  private final Linear dense; // "dense"

  public BertPooler(BertConfig config) {
    dense = child("dense", Linear.of(config.hiddenSize(), config.hiddenSize()));
  }

  /** hidden [B, T, D] to [B, D]. */
  public Tensor forward(Tensor hidden) {
    return dense.forward(hidden.select(1, 0)).tanh();
  }
}
