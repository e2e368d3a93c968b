package org.attune.models.distilbert;

import java.util.Optional;
import org.attune.nn.Attention;
import org.attune.nn.Linear;
import org.attune.nn.Module;
import org.attune.tensor.Tensor;

/** Wo attention(Wq x, Wk x, Wv x). */
final class DistilBertAttention extends Module {
  private final Linear query; // "q_lin"
  private final Linear key; // "k_lin"
  private final Linear value; // "v_lin"
  private final Attention attention;
  private final Linear output; // "out_lin"

  DistilBertAttention(DistilBertConfig config) {
    int width = config.dim();
    query = child("q_lin", Linear.of(width, width));
    key = child("k_lin", Linear.of(width, width));
    value = child("v_lin", Linear.of(width, width));
    attention =
        child(
            "heads",
            new Attention(config.heads(), width / config.heads(), config.attentionDropout()));
    output = child("out_lin", Linear.of(width, width));
  }

  /** x [B, T, D], mask [B, 1, 1, T] to [B, T, D]. */
  Tensor forward(Tensor x, Optional<Tensor> mask) {
    return output.forward(
        attention.forward(query.forward(x), key.forward(x), value.forward(x), mask));
  }
}
