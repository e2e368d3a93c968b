package org.attune.models.t5;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.attune.models.CausalMask;
import org.attune.models.EncoderDecoder;
import org.attune.models.EncoderMemory;
import org.attune.models.ModelInput;
import org.attune.models.TokenIds;
import org.attune.nn.Dropout;
import org.attune.nn.Embedding;
import org.attune.nn.KvCache;
import org.attune.nn.LayerStack;
import org.attune.nn.Module;
import org.attune.nn.RmsNorm;
import org.attune.tensor.Tensor;

/** The same as the encoder with causal attention, and attention to the encoder's states. */
final class T5Decoder extends Module {
  private final T5Config config;
  private final Embedding words; // its weight is "embed_tokens.weight" too
  private final Dropout dropout;
  private final LayerStack<T5DecoderBlock> blocks; // "block"
  private final T5PositionBias positions; // "block.0.layer.0.SelfAttention.relative_.."
  private final RmsNorm norm; // "final_layer_norm"

  T5Decoder(T5Config config, Embedding words) {
    this.config = config;
    this.words = words;
    parameter("embed_tokens.weight", words.weight());
    dropout = child("dropout", new Dropout(config.dropout()));
    positions = child("block.0.layer.0.SelfAttention", new T5PositionBias(config, false));
    blocks =
        child(
            "block", new LayerStack<>(config.decoderLayers(), i -> new T5DecoderBlock(config, i)));
    norm = child("final_layer_norm", new RmsNorm(config.width(), config.normEps()));
  }

  /**
   * The last hidden state.
   *
   * @param ids what the decoder reads [B, U]
   * @param input whose masks count
   * @param states of the encoder [B, T, D]
   * @return [B, U, D]
   */
  Tensor forward(Tensor ids, ModelInput input, Tensor states) {
    return end(blocks.forward(embed(ids), shared(ids, input, states), call(input)));
  }

  /** Every hidden state [B, U, D]: the embeddings first, the normed last one at the end. */
  List<Tensor> states(Tensor ids, ModelInput input, Tensor states) {
    List<Tensor> shared = shared(ids, input, states);
    LayerStack.SharedCall<T5DecoderBlock> call = call(input);
    List<Tensor> all =
        new ArrayList<>(blocks.forwardAll(embed(ids), (block, x) -> call.apply(block, x, shared)));
    all.set(config.decoderLayers(), end(all.get(config.decoderLayers())));
    return all;
  }

  /** What all blocks read: positions and what is ahead [B, H, U, U], and the encoder's states. */
  private List<Tensor> shared(Tensor ids, ModelInput input, Tensor states) {
    int length = (int) ids.size(1);
    ModelInput own = ModelInput.of(ids).withMask(input.decoderMask());
    Tensor bias = CausalMask.of(own, OptionalInt.empty()).on(positions.forward(length, length));
    return List.of(bias, states);
  }

  private static LayerStack.SharedCall<T5DecoderBlock> call(ModelInput input) {
    Optional<Tensor> mask = input.mask().map(m -> EncoderDecoder.crossMask(m, "t5"));
    return (block, x, shared) -> block.forward(x, shared.get(0), shared.get(1), mask);
  }

  /** What {@link #next} reads of the encoder's states [P, T, D]. */
  EncoderMemory memory(ModelInput input, Tensor states) {
    List<EncoderMemory.Layer> layers = new ArrayList<>();
    blocks.layers().forEach(block -> layers.add(block.memory(states)));
    return new EncoderMemory(layers, input.mask().map(m -> EncoderDecoder.crossMask(m, "t5")));
  }

  /** The state [R, t, D] of tokens [R, t] that go on from {@code past} cached ones. */
  Tensor next(Tensor ids, int past, List<KvCache> caches, EncoderMemory memory) {
    int length = (int) ids.size(1);
    Tensor bias =
        CausalMask.behind(Optional.empty(), past, length, OptionalInt.empty())
            .on(positions.forward(length, past + length));
    Tensor state =
        blocks.forward(
            embed(ids), (block, x) -> block.next(x, bias, caches.get(block.index()), memory));
    return end(state);
  }

  private Tensor embed(Tensor ids) {
    return dropout.forward(words.forward(TokenIds.require(ids, config.vocabSize(), "t5")));
  }

  private Tensor end(Tensor state) {
    return dropout.forward(norm.forward(state));
  }
}
