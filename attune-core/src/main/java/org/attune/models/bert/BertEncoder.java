package org.attune.models.bert;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;
import org.attune.models.CausalMask;
import org.attune.models.ModelInput;
import org.attune.nn.KvCache;
import org.attune.nn.LayerStack;
import org.attune.nn.Module;
import org.attune.tensor.Tensor;

/**
 * BERT's layers. All tokens see each other; with {@code is_decoder} none sees those behind it.
 * RoBERTa's are the same, down to the names of their parameters.
 */
public final class BertEncoder extends Module {
  private final boolean causal;
  private final LayerStack<BertLayer> layers; // "layer"

  public BertEncoder(BertConfig config) {
    causal = config.causal();
    layers = child("layer", new LayerStack<>(config.layers(), i -> new BertLayer(config, i)));
  }

  /**
   * The last hidden state.
   *
   * @param embedded [B, T, D], made where the first layer runs
   * @param input whose mask counts
   * @return [B, T, D]
   */
  public Tensor forward(Supplier<Tensor> embedded, ModelInput input) {
    return layers.forward(embedded, call(input));
  }

  /** Every hidden state [B, T, D]: the embeddings first, the last layer's last. */
  public List<Tensor> states(Tensor embedded, ModelInput input) {
    return layers.forwardAll(embedded, call(input));
  }

  /**
   * The last hidden state of the first token: [B, 1, D]. The last layer runs for that token alone,
   * which saves most of a layer.
   */
  public Tensor first(Supplier<Tensor> embedded, ModelInput input) {
    if (causal) {
      return forward(embedded, input).narrow(1, 0, 1);
    }
    Optional<Tensor> mask = input.attentionMask(); // [B, 1, 1 or T, T]
    Optional<Tensor> ofFirst = mask.map(m -> m.narrow(2, 0, 1));
    return layers.forward(
        embedded,
        (layer, x) -> layer.forward(x, mask),
        (layer, x) -> layer.forward(x.narrow(1, 0, 1), x, ofFirst));
  }

  /** The states [R, t, D] of tokens that go on from cached ones. */
  public Tensor next(Tensor embedded, CausalMask mask, List<KvCache> caches) {
    return layers.forward(
        embedded, (layer, x) -> layer.causal(x, mask, Optional.of(caches.get(layer.index()))));
  }

  private LayerStack.Call<BertLayer> call(ModelInput input) {
    if (causal) {
      CausalMask mask = CausalMask.of(input, OptionalInt.empty());
      return (layer, x) -> layer.causal(x, mask, Optional.empty());
    }
    Optional<Tensor> mask = input.attentionMask();
    return (layer, x) -> layer.forward(x, mask);
  }
}
