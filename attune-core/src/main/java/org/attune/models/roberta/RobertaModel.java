package org.attune.models.roberta;

import java.util.List;
import java.util.Optional;
import org.attune.checkpoint.ConfigJson;
import org.attune.models.Body;
import org.attune.models.CausalMask;
import org.attune.models.Head;
import org.attune.models.ModelInput;
import org.attune.models.bert.BertEncoder;
import org.attune.models.bert.BertPooler;
import org.attune.nn.KvCache;
import org.attune.tensor.DType;
import org.attune.tensor.Tensor;

/**
 * Embeddings and BERT's layers: alone, with a pooler that only one head reads, or a model's {@code
 * roberta}.
 */
public final class RobertaModel extends RobertaBase implements Body {
  private final RobertaEmbeddings embeddings; // "embeddings"
  private final BertEncoder encoder; // "encoder"
  private final Optional<BertPooler> pooler; // "pooler"

  RobertaModel(ConfigJson json, RobertaConfig config, boolean withPooler) {
    super(json, Head.NONE, config);
    embeddings = child("embeddings", new RobertaEmbeddings(config));
    encoder = child("encoder", new BertEncoder(config.bert()));
    pooler =
        withPooler ? Optional.of(child("pooler", new BertPooler(config.bert()))) : Optional.empty();
  }

  RobertaEmbeddings embeddings() {
    return embeddings;
  }

  /** The last hidden state [B, T, D]. */
  @Override
  public Tensor forward(ModelInput input) {
    return encoder.forward(() -> embeddings.forward(input), input);
  }

  @Override
  public List<Tensor> hiddenStates(ModelInput input) {
    return encoder.states(embeddings.forward(input), input);
  }

  @Override
  public Optional<Tensor> pooled(Tensor hidden) {
    return pooler.map(p -> p.forward(hidden));
  }

  /**
   * The states [R, t, D] of tokens that go on from cached ones.
   *
   * @param input with positions that count from 0
   */
  Tensor next(ModelInput input, CausalMask mask, List<KvCache> caches) {
    Tensor counted = input.positions().orElseThrow(); // [R, t]
    Tensor positions = counted.plus(robertaConfig().firstPosition()).to(DType.I64);
    return encoder.next(embeddings.forward(input.withPositions(positions)), mask, caches);
  }

  /** What the pooler makes of the first token: [B, D]; see {@link BertEncoder#first}. */
  Tensor pooledFirst(ModelInput input) {
    return pooler
        .orElseThrow(() -> new IllegalStateException("roberta: this body has no pooler"))
        .forward(encoder.first(() -> embeddings.forward(input), input));
  }
}
