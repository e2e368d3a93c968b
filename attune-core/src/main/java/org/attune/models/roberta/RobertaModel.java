package org.attune.models.roberta;

import java.util.List;
import java.util.Optional;
import org.attune.checkpoint.ConfigJson;
import org.attune.models.Body;
import org.attune.models.Head;
import org.attune.models.ModelInput;
import org.attune.models.bert.BertLayer;
import org.attune.models.bert.BertPooler;
import org.attune.nn.LayerStack;
import org.attune.tensor.DType;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;

/**
 * Embeddings and BERT's layers: alone, with a pooler that no head reads, or a model's {@code
 * roberta}.
 */
public final class RobertaModel extends RobertaBase implements Body {
  private final RobertaEmbeddings embeddings; // "embeddings"
  private final LayerStack<BertLayer> layers; // "encoder.layer"
  private final Optional<BertPooler> pooler; // "pooler"
  private final boolean causal;

  RobertaModel(ConfigJson json, RobertaConfig config, boolean withPooler) {
    super(json, Head.NONE, config);
    embeddings = child("embeddings", new RobertaEmbeddings(config));
    layers =
        child(
            "encoder.layer",
            new LayerStack<>(config.bert().layers(), i -> new BertLayer(config.bert())));
    pooler =
        withPooler ? Optional.of(child("pooler", new BertPooler(config.bert()))) : Optional.empty();
    causal = config.causal();
  }

  RobertaEmbeddings embeddings() {
    return embeddings;
  }

  /** The last hidden state [B, T, D]. */
  @Override
  public Tensor forward(ModelInput input) {
    Optional<Tensor> mask = mask(input);
    return layers.forward(embeddings.forward(input), (layer, x) -> layer.forward(x, mask));
  }

  @Override
  public List<Tensor> hiddenStates(ModelInput input) {
    Optional<Tensor> mask = mask(input);
    return layers.forwardAll(embeddings.forward(input), (layer, x) -> layer.forward(x, mask));
  }

  @Override
  public Optional<Tensor> pooled(Tensor hidden) {
    return pooler.map(p -> p.forward(hidden));
  }

  /** What is added to attention scores: [B, 1, 1, T], or [B, 1, T, T] where it is causal. */
  private Optional<Tensor> mask(ModelInput input) {
    return causal ? Optional.of(causalMask(input)) : input.attentionMask();
  }

  private static Tensor causalMask(ModelInput input) {
    Tensor places = Tensors.range(input.ids().size(1));
    Tensor ahead = places.unsqueeze(0).minus(places.unsqueeze(1)).gt(0); // [T, T]
    Tensor behind = ahead.eq(0).to(DType.I64).unsqueeze(0); // [1, T, T]
    return ModelInput.additive(
        input
            .mask()
            .map(mask -> mask.rank() == 2 ? mask.unsqueeze(1) : mask)
            .map(behind::times) // [B, T, T]
            .orElse(behind));
  }
}
