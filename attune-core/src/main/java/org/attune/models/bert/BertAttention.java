package org.attune.models.bert;

import java.util.List;
import java.util.Optional;
import org.attune.models.CausalMask;
import org.attune.nn.Attention;
import org.attune.nn.Dropout;
import org.attune.nn.KvCache;
import org.attune.nn.LayerNorm;
import org.attune.nn.Linear;
import org.attune.nn.Module;
import org.attune.tensor.Tensor;

/** LayerNorm(x + Wo attention(Wq x, Wk x, Wv x)). */
final class BertAttention extends Module {
  private final Linear query; // "self.query"
  private final Linear key; // "self.key"
  private final Linear value; // "self.value"
  private final Attention attention;
  private final Linear output; // "output.dense"
  private final Dropout dropout;
  private final LayerNorm norm; // "output.LayerNorm"

  BertAttention(BertConfig config) {
    int width = config.hiddenSize();
    query = child("self.query", Linear.of(width, width));
    key = child("self.key", Linear.of(width, width));
    value = child("self.value", Linear.of(width, width));
    attention =
        child(
            "self",
            new Attention(config.heads(), width / config.heads(), config.attentionDropout()));
    output = child("output.dense", Linear.of(width, width));
    dropout = child("output.dropout", new Dropout(config.hiddenDropout()));
    norm = child("output.LayerNorm", new LayerNorm(width, config.layerNormEps()));
  }

  /** One row for each of {@code asking} [B, U, D], which look at all of x [B, T, D]. */
  Tensor forward(Tensor asking, Tensor x, Optional<Tensor> mask) {
    Tensor mixed;
    if (asking == x) {
      List<Tensor> all = Linear.together(x, List.of(query, key, value));
      mixed = attention.forward(all.get(0), all.get(1), all.get(2), mask);
    } else {
      List<Tensor> both = Linear.together(x, List.of(key, value));
      mixed = attention.forward(query.forward(asking), both.get(0), both.get(1), mask);
    }
    return end(mixed, asking);
  }

  /**
   * One row for each of x [B, T, D], which looks at itself and those before it. A cache takes the
   * new keys and values and gives all so far.
   */
  Tensor causal(Tensor x, CausalMask mask, Optional<KvCache> cache) {
    List<Tensor> all = Linear.together(x, List.of(query, key, value));
    Tensor q = attention.splitQuery(all.get(0)); // [B, H, T, E]
    Tensor k = attention.splitKey(all.get(1));
    Tensor v = attention.splitKey(all.get(2));
    return end(attention.join(mask.mix(attention, q, k, v, cache)), x);
  }

  private Tensor end(Tensor mixed, Tensor asking) {
    return norm.forward(dropout.forward(output.forward(mixed)).plus(asking));
  }
}
