package org.attune.models.gpt2;

import java.util.Optional;
import org.attune.models.CausalMask;
import org.attune.nn.Attention;
import org.attune.nn.Conv1D;
import org.attune.nn.Dropout;
import org.attune.nn.KvCache;
import org.attune.nn.Module;
import org.attune.tensor.Tensor;

/** Wo attention(Wqkv x), where one matrix makes query, key and value. */
final class GPT2Attention extends Module {
  private final int width; // D
  private final Conv1D queryKeyValue; // "c_attn" [D] to [3 D]
  private final Attention attention;
  private final Conv1D output; // "c_proj" [D] to [D]
  private final Dropout dropout;

  GPT2Attention(GPT2Config config, int layer) {
    width = config.hiddenSize();
    queryKeyValue = child("c_attn", new Conv1D(width, 3L * width));
    attention =
        child(
            "attn",
            new Attention(
                config.heads(),
                config.heads(),
                config.scoreScale(layer),
                config.attentionDropout()));
    output = child("c_proj", new Conv1D(width, width, GPT2Block.residualDeviation(config)));
    dropout = child("resid_dropout", new Dropout(config.residualDropout()));
  }

  /** x [B, T, D] to [B, T, D]. */
  Tensor forward(Tensor x, CausalMask mask) {
    return dropout.forward(output.forward(mix(x, mask, Optional.empty())));
  }

  /**
   * A residual and attention to new states and those before them.
   *
   * @param residual [R, t, D], which may be overwritten
   * @param x [R, t, D]
   * @param cache takes the new keys and values and gives all so far
   * @return [R, t, D]
   */
  Tensor cached(Tensor residual, Tensor x, CausalMask mask, KvCache cache) {
    return output.addTo(residual, mix(x, mask, Optional.of(cache)));
  }

  /** The heads' results side by side [B, T, D]. */
  private Tensor mix(Tensor x, CausalMask mask, Optional<KvCache> cache) {
    Tensor all = queryKeyValue.forward(x); // [B, T, 3 D]
    Tensor query = attention.splitQuery(all.narrow(2, 0, width)); // [B, H, T, E]
    Tensor key = attention.splitKey(all.narrow(2, width, width));
    Tensor value = attention.splitKey(all.narrow(2, 2L * width, width));
    return attention.join(mask.mix(attention, query, key, value, cache));
  }
}
