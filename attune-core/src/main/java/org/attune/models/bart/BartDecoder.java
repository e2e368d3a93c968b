package org.attune.models.bart;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.attune.models.CausalMask;
import org.attune.models.EncoderDecoder;
import org.attune.models.EncoderMemory;
import org.attune.models.ModelInput;
import org.attune.nn.Embedding;
import org.attune.nn.KvCache;
import org.attune.nn.LayerStack;
import org.attune.nn.Module;
import org.attune.tensor.Tensor;

/** Embeddings and layers that see what is before, and the encoder's states. */
final class BartDecoder extends Module {
  private final BartEmbeddings embeddings; // "embed_tokens", "embed_positions", "layernorm_.."
  private final LayerStack<BartDecoderLayer> layers; // "layers"

  BartDecoder(BartConfig config, Embedding words) {
    embeddings = child("", new BartEmbeddings(config, words));
    layers =
        child(
            "layers",
            new LayerStack<>(
                config.decoder().layers(),
                i -> new BartDecoderLayer(config, i),
                config.decoder().layerDrop()));
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
    return layers.forward(embed(ids, 0), List.of(states), call(ids, input));
  }

  /** Every hidden state [B, U, D]: the embeddings first, the last layer's last. */
  List<Tensor> states(Tensor ids, ModelInput input, Tensor states) {
    List<Tensor> shared = List.of(states);
    LayerStack.SharedCall<BartDecoderLayer> call = call(ids, input);
    return layers.forwardAll(embed(ids, 0), (layer, x) -> call.apply(layer, x, shared));
  }

  /** One layer over the encoder's states, which it shares with the others. */
  private static LayerStack.SharedCall<BartDecoderLayer> call(Tensor ids, ModelInput input) {
    CausalMask causal =
        CausalMask.of(ModelInput.of(ids).withMask(input.decoderMask()), OptionalInt.empty());
    Optional<Tensor> mask = crossMask(input);
    return (layer, x, shared) -> layer.forward(x, causal, shared.get(0), mask);
  }

  private static Optional<Tensor> crossMask(ModelInput input) {
    return input.mask().map(mask -> EncoderDecoder.crossMask(mask, "bart"));
  }

  /** What {@link #next} reads of the encoder's states [P, T, D]. */
  EncoderMemory memory(ModelInput input, Tensor states) {
    return new EncoderMemory(
        layers.layers().stream().map(layer -> layer.memory(states)).toList(), crossMask(input));
  }

  /** The state [R, t, D] of tokens [R, t] that go on from {@code past} cached ones. */
  Tensor next(Tensor ids, int past, List<KvCache> caches, EncoderMemory memory) {
    CausalMask causal = CausalMask.behind(Optional.empty(), past, ids.size(1), OptionalInt.empty());
    return layers.forward(
        embed(ids, past), (layer, x) -> layer.next(x, causal, caches.get(layer.index()), memory));
  }

  // ---- without an encoder

  /** The last hidden state [B, T, D] of a decoder alone, which reads the input's ids. */
  Tensor alone(ModelInput input) {
    CausalMask causal = CausalMask.of(input, OptionalInt.empty());
    Tensor embedded = embeddings.forward(input.ids(), 0, "input");
    return layers.forward(embedded, (layer, x) -> layer.alone(x, causal, Optional.empty()));
  }

  /** The same of tokens [R, t] that go on from cached ones; the input has their positions. */
  Tensor alone(ModelInput input, CausalMask causal, List<KvCache> caches) {
    Tensor embedded = embeddings.forward(input.ids(), input.positions().orElseThrow());
    return layers.forward(
        embedded, (layer, x) -> layer.alone(x, causal, Optional.of(caches.get(layer.index()))));
  }

  /** See {@link BartDecoderLayer#freezeCrossAttention}. */
  void freezeCrossAttention() {
    layers.layers().forEach(BartDecoderLayer::freezeCrossAttention);
  }

  private Tensor embed(Tensor ids, int past) {
    return embeddings.forward(ids, past, "decoder's input");
  }
}
