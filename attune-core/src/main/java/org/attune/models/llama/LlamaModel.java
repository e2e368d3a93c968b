package org.attune.models.llama;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.attune.checkpoint.ConfigJson;
import org.attune.models.Body;
import org.attune.models.CausalMask;
import org.attune.models.Head;
import org.attune.models.ModelInput;
import org.attune.models.TokenIds;
import org.attune.nn.Embedding;
import org.attune.nn.KvCache;
import org.attune.nn.LayerStack;
import org.attune.nn.Parameter;
import org.attune.nn.RmsNorm;
import org.attune.nn.Rotary;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;

/** Word embeddings, layers and a last norm: alone, or a model's {@code model}. */
public final class LlamaModel extends LlamaBase implements Body {
  private final Embedding words; // "embed_tokens" [V, D]
  private final LayerStack<LlamaLayer> layers; // "layers"
  private final RmsNorm norm; // "norm"

  LlamaModel(ConfigJson json, LlamaConfig config) {
    super(json, Head.NONE, config);
    int width = config.hiddenSize();
    words =
        child(
            "embed_tokens",
            new Embedding(config.vocabSize(), width, config.padTokenId().orElse(-1)));
    layers = child("layers", new LayerStack<>(config.layers(), i -> new LlamaLayer(config, i)));
    norm = child("norm", new RmsNorm(width, config.normEps()));
  }

  /** The word embeddings [V, D], for a head that shares them. */
  Parameter wordEmbeddings() {
    return words.weight();
  }

  /** The last hidden state [B, T, D]. */
  @Override
  public Tensor forward(ModelInput input) {
    Rotary.Angles angles = angles(input);
    CausalMask mask = CausalMask.of(input, llamaConfig().window());
    return norm.forward(
        layers.forward(
            () -> embed(input), (layer, x) -> layer.forward(x, angles, mask, Optional.empty())));
  }

  /** Every hidden state [B, T, D]: the embeddings first, the normalized last one at the end. */
  @Override
  public List<Tensor> hiddenStates(ModelInput input) {
    Tensor embedded = embed(input);
    Rotary.Angles angles = angles(input);
    CausalMask mask = CausalMask.of(input, llamaConfig().window());
    List<Tensor> states =
        new ArrayList<>(
            layers.forwardAll(
                embedded, (layer, x) -> layer.forward(x, angles, mask, Optional.empty())));
    states.set(states.size() - 1, norm.forward(states.get(states.size() - 1)));
    return states;
  }

  /**
   * The same for tokens that go on from cached ones.
   *
   * @param input with positions
   * @param mask over cached and new tokens
   * @param caches one a layer
   * @return [R, t, D]
   */
  Tensor forward(ModelInput input, CausalMask mask, List<KvCache> caches) {
    Tensor embedded = embed(input);
    Rotary.Angles angles = angles(input);
    return norm.forward(
        layers.forward(
            embedded,
            (layer, x) -> layer.forward(x, angles, mask, Optional.of(caches.get(layer.index())))));
  }

  private Tensor embed(ModelInput input) {
    LlamaConfig config = llamaConfig();
    return words.forward(TokenIds.require(input.ids(), config.vocabSize(), config.family()));
  }

  private Rotary.Angles angles(ModelInput input) {
    LlamaConfig config = llamaConfig();
    Tensor positions =
        input
            .positions()
            .orElseGet(
                () -> Tensors.range(input.ids().size(1)).unsqueeze(0).to(input.ids().device()));
    TokenIds.requirePositions(positions, config.reach(), config.family());
    long length = (long) positions.max().item() + 1;
    RopeScaling rope = config.rope();
    return Rotary.angles(positions, rope.frequencies(config.headWidth(), length), rope.amplitude());
  }
}
