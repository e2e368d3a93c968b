package org.attune.models.gpt2;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.attune.AttuneException;
import org.attune.checkpoint.ConfigJson;
import org.attune.models.Body;
import org.attune.models.CausalMask;
import org.attune.models.Head;
import org.attune.models.ModelInput;
import org.attune.models.TokenIds;
import org.attune.nn.Dropout;
import org.attune.nn.Embedding;
import org.attune.nn.KvCache;
import org.attune.nn.LayerNorm;
import org.attune.nn.LayerStack;
import org.attune.nn.Parameter;
import org.attune.tensor.Tensor;

/** Embeddings, blocks and a last norm: alone, or a model's {@code transformer}. */
public final class GPT2Model extends GPT2Base implements Body {
  private final Embedding words; // "wte" [V, D]
  private final Embedding positions; // "wpe" [max positions, D]
  private final Dropout dropout;
  private final LayerStack<GPT2Block> blocks; // "h"
  private final LayerNorm norm; // "ln_f"

  GPT2Model(ConfigJson json, GPT2Config config) {
    super(json, Head.NONE, config);
    int width = config.hiddenSize();
    words = child("wte", new Embedding(config.vocabSize(), width, -1));
    positions = child("wpe", new Embedding(config.maxPositions(), width, -1));
    dropout = child("drop", new Dropout(config.embeddingDropout()));
    blocks = child("h", new LayerStack<>(config.layers(), i -> new GPT2Block(config, i)));
    norm = child("ln_f", new LayerNorm(width, config.layerNormEps()));
  }

  /** The word embeddings [V, D], for a head that shares them. */
  Parameter wordEmbeddings() {
    return words.weight();
  }

  /** The last hidden state [B, T, D]. */
  @Override
  public Tensor forward(ModelInput input) {
    CausalMask mask = CausalMask.of(input, OptionalInt.empty());
    Tensor states = blocks.forward(() -> embed(input), (block, x) -> block.forward(x, mask));
    return norm.forward(states);
  }

  /** Every hidden state [B, T, D]: the embeddings first, the normalized last one at the end. */
  @Override
  public List<Tensor> hiddenStates(ModelInput input) {
    CausalMask mask = CausalMask.of(input, OptionalInt.empty());
    List<Tensor> states =
        new ArrayList<>(blocks.forwardAll(embed(input), (block, x) -> block.forward(x, mask)));
    states.set(states.size() - 1, norm.forward(states.get(states.size() - 1)));
    return states;
  }

  /**
   * The same for tokens that go on from cached ones.
   *
   * @param input with positions
   * @param mask over cached and new tokens
   * @param caches one a block
   * @return [R, t, D]
   */
  Tensor forward(ModelInput input, CausalMask mask, List<KvCache> caches) {
    Tensor states =
        blocks.forward(embed(input), (block, x) -> block.next(x, mask, caches.get(block.index())));
    return norm.forward(states);
  }

  /** [B, T] ids to [B, T, D]: word + position, and the word embedding of the token type. */
  private Tensor embed(ModelInput input) {
    GPT2Config config = gpt2Config();
    Tensor ids = TokenIds.require(input.ids(), config.vocabSize(), "gpt2");
    long length = ids.size(1); // T
    if (input.positions().isEmpty() && length > config.maxPositions()) {
      throw new AttuneException(
          "gpt2: the input has "
              + length
              + " tokens, the model has positions for "
              + config.maxPositions()
              + "; set max_length to at most that");
    }
    Tensor places =
        input
            .positions()
            .map(
                given ->
                    positions.forward(
                        TokenIds.requirePositions(given, config.maxPositions(), "gpt2")))
            .orElseGet(() -> positions.weight().value().narrow(0, 0, length));
    Tensor sum = words.forward(ids).plus(places);
    Tensor typed =
        input
            .typeIds()
            .map(types -> TokenIds.require(types, config.vocabSize(), "gpt2"))
            .map(types -> sum.plus(words.forward(types)))
            .orElse(sum);
    return dropout.forward(typed);
  }
}
