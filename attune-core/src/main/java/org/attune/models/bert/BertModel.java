package org.attune.models.bert;

import java.util.List;
import java.util.Optional;
import org.attune.checkpoint.ConfigJson;
import org.attune.models.Body;
import org.attune.models.Head;
import org.attune.models.ModelInput;
import org.attune.nn.LayerStack;
import org.attune.tensor.Tensor;

/**
 * Embeddings and encoder layers, with the pooler that some heads read: alone, or a model's {@code
 * bert}.
 */
public final class BertModel extends BertBase implements Body {
  private final BertEmbeddings embeddings; // "embeddings"
  private final LayerStack<BertLayer> layers; // "encoder.layer"
  private final Optional<BertPooler> pooler; // "pooler"

  BertModel(ConfigJson json, BertConfig config, boolean withPooler) {
    super(json, Head.NONE, config);
    embeddings = child("embeddings", new BertEmbeddings(config));
    layers = child("encoder.layer", new LayerStack<>(config.layers(), i -> new BertLayer(config)));
    pooler = withPooler ? Optional.of(child("pooler", new BertPooler(config))) : Optional.empty();
  }

  BertEmbeddings embeddings() {
    return embeddings;
  }

  /** The last hidden state [B, T, D]. */
  @Override
  public Tensor forward(ModelInput input) {
    Optional<Tensor> mask = input.attentionMask();
    return layers.forward(embeddings.forward(input), (layer, x) -> layer.forward(x, mask));
  }

  @Override
  public List<Tensor> hiddenStates(ModelInput input) {
    Optional<Tensor> mask = input.attentionMask();
    return layers.forwardAll(embeddings.forward(input), (layer, x) -> layer.forward(x, mask));
  }

  @Override
  public Optional<Tensor> pooled(Tensor hidden) {
    return pooler.map(p -> p.forward(hidden));
  }

  /**
   * The pooled state of the first token: [B, D]. Its last layer runs for that token alone, which
   * saves most of a layer.
   */
  public Tensor pooledFirst(ModelInput input) {
    Optional<Tensor> mask = input.attentionMask();
    Tensor first =
        layers.forward(
            embeddings.forward(input),
            (layer, x) -> layer.forward(x, mask),
            (layer, x) -> layer.forward(x.narrow(1, 0, 1), x, mask));
    return pool(first);
  }

  /** tanh(W h) of the first token of a last hidden state [B, T, D]: [B, D]. */
  public Tensor pool(Tensor hidden) {
    return pooler
        .orElseThrow(() -> new IllegalStateException("bert: this body has no pooler"))
        .forward(hidden);
  }
}
