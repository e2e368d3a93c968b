package org.attune.models.t5;

import java.util.ArrayList;
import java.util.List;
import org.attune.models.ModelInput;
import org.attune.models.TokenIds;
import org.attune.nn.Dropout;
import org.attune.nn.Embedding;
import org.attune.nn.LayerStack;
import org.attune.nn.Module;
import org.attune.nn.RmsNorm;
import org.attune.tensor.Tensor;

/** Word embeddings, blocks and a last norm; positions come in by the scores alone. */
final class T5Encoder extends Module {
  private final T5Config config;
  private final Embedding words; // its weight is "embed_tokens.weight" too
  private final Dropout dropout;
  private final LayerStack<T5EncoderBlock> blocks; // "block"
  private final T5PositionBias positions; // "block.0.layer.0.SelfAttention.relative_.."
  private final RmsNorm norm; // "final_layer_norm"

  T5Encoder(T5Config config, Embedding words) {
    this.config = config;
    this.words = words;
    parameter("embed_tokens.weight", words.weight());
    dropout = child("dropout", new Dropout(config.dropout()));
    positions = child("block.0.layer.0.SelfAttention", new T5PositionBias(config, true));
    blocks = child("block", new LayerStack<>(config.layers(), i -> new T5EncoderBlock(config)));
    norm = child("final_layer_norm", new RmsNorm(config.width(), config.normEps()));
  }

  /** The last hidden state [B, T, D]. */
  Tensor forward(ModelInput input) {
    Tensor bias = bias(input);
    return end(
        blocks.forward(
            embed(input), List.of(bias), (block, x, shared) -> block.forward(x, shared.get(0))));
  }

  /** Every hidden state [B, T, D]: the embeddings first, the normed last one at the end. */
  List<Tensor> states(ModelInput input) {
    Tensor bias = bias(input);
    List<Tensor> states =
        new ArrayList<>(blocks.forwardAll(embed(input), (block, x) -> block.forward(x, bias)));
    states.set(config.layers(), end(states.get(config.layers())));
    return states;
  }

  private Tensor embed(ModelInput input) {
    return dropout.forward(
        words.forward(TokenIds.require(input.ids(), config.vocabSize(), "t5"))); // [B, T, D]
  }

  /** Positions and mask [B or 1, H, T, T]. */
  private Tensor bias(ModelInput input) {
    int length = (int) input.ids().size(1);
    Tensor bias = positions.forward(length, length);
    return input.attentionMask().map(bias::plus).orElse(bias);
  }

  private Tensor end(Tensor state) {
    return dropout.forward(norm.forward(state));
  }
}
