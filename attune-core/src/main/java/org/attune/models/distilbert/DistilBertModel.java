package org.attune.models.distilbert;

import java.util.List;
import java.util.Optional;
import org.attune.checkpoint.ConfigJson;
import org.attune.models.Body;
import org.attune.models.Head;
import org.attune.models.ModelInput;
import org.attune.nn.LayerStack;
import org.attune.tensor.Tensor;

/** Embeddings and layers: alone, or a model's {@code distilbert}. */
public final class DistilBertModel extends DistilBertBase implements Body {
  private final DistilBertEmbeddings embeddings; // "embeddings"
  private final LayerStack<DistilBertLayer> layers; // "transformer.layer"

  DistilBertModel(ConfigJson json, DistilBertConfig config) {
    super(json, Head.NONE, config);
    embeddings = child("embeddings", new DistilBertEmbeddings(config));
    layers =
        child(
            "transformer.layer",
            new LayerStack<>(config.layers(), i -> new DistilBertLayer(config)));
  }

  DistilBertEmbeddings embeddings() {
    return embeddings;
  }

  /** The last hidden state [B, T, D]. */
  @Override
  public Tensor forward(ModelInput input) {
    Optional<Tensor> mask = input.attentionMask();
    return layers.forward(() -> embeddings.forward(input), (layer, x) -> layer.forward(x, mask));
  }

  @Override
  public List<Tensor> hiddenStates(ModelInput input) {
    Optional<Tensor> mask = input.attentionMask();
    return layers.forwardAll(embeddings.forward(input), (layer, x) -> layer.forward(x, mask));
  }
}
