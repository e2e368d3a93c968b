package org.attune.models.bart;

import java.util.List;
import java.util.Optional;
import org.attune.models.ModelInput;
import org.attune.nn.Embedding;
import org.attune.nn.LayerStack;
import org.attune.nn.Module;
import org.attune.tensor.Tensor;

/** Embeddings and layers that see the whole text. */
final class BartEncoder extends Module {
  private final BartEmbeddings embeddings; // "embed_tokens", "embed_positions", "layernorm_.."
  private final LayerStack<BartEncoderLayer> layers; // "layers"

  BartEncoder(BartConfig config, Embedding words) {
    embeddings = child("", new BartEmbeddings(config, words));
    layers =
        child(
            "layers",
            new LayerStack<>(
                config.encoder().layers(),
                i -> new BartEncoderLayer(config),
                config.encoder().layerDrop()));
  }

  /** The last hidden state [B, T, D]. */
  Tensor forward(ModelInput input) {
    Optional<Tensor> mask = input.attentionMask();
    return layers.forward(embed(input), (layer, x) -> layer.forward(x, mask));
  }

  /** Every hidden state [B, T, D]: the embeddings first, the last layer's last. */
  List<Tensor> states(ModelInput input) {
    Optional<Tensor> mask = input.attentionMask();
    return layers.forwardAll(embed(input), (layer, x) -> layer.forward(x, mask));
  }

  private Tensor embed(ModelInput input) {
    return embeddings.forward(input.ids(), 0, "input");
  }
}
