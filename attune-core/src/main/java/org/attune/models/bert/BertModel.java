package org.attune.models.bert;

import java.util.List;
import java.util.Optional;
import org.attune.checkpoint.ConfigJson;
import org.attune.models.Body;
import org.attune.models.CausalMask;
import org.attune.models.Head;
import org.attune.models.ModelInput;
import org.attune.nn.KvCache;
import org.attune.tensor.Tensor;

/**
 * Embeddings and encoder layers, with the pooler that some heads read: alone, or a model's {@code
 * bert}.
 */
public final class BertModel extends BertBase implements Body {
  private final BertEmbeddings embeddings; // "embeddings"
  private final BertEncoder encoder; // "encoder"
  private final Optional<BertPooler> pooler; // "pooler"

  BertModel(ConfigJson json, BertConfig config, boolean withPooler) {
    super(json, Head.NONE, config);
    embeddings = child("embeddings", new BertEmbeddings(config));
    encoder = child("encoder", new BertEncoder(config));
    pooler = withPooler ? Optional.of(child("pooler", new BertPooler(config))) : Optional.empty();
  }

  BertEmbeddings embeddings() {
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

  /** The states [R, t, D] of tokens that go on from cached ones; the input has their positions. */
  Tensor next(ModelInput input, CausalMask mask, List<KvCache> caches) {
    return encoder.next(embeddings.forward(input), mask, caches);
  }

  @Override
  public Optional<Tensor> pooled(Tensor hidden) {
    return pooler.map(p -> p.forward(hidden));
  }

  /** The pooled state of the first token: [B, D]; see {@link BertEncoder#first}. */
  public Tensor pooledFirst(ModelInput input) {
    return pool(encoder.first(() -> embeddings.forward(input), input));
  }

  /** tanh(W h) of the first token of a last hidden state [B, T, D]: [B, D]. */
  public Tensor pool(Tensor hidden) {
    return pooler
        .orElseThrow(() -> new IllegalStateException("bert: this body has no pooler"))
        .forward(hidden);
  }
}
