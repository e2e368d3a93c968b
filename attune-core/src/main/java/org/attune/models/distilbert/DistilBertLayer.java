package org.attune.models.distilbert;

import java.util.Optional;
import org.attune.nn.Activation;
import org.attune.nn.Dropout;
import org.attune.nn.LayerNorm;
import org.attune.nn.Linear;
import org.attune.nn.Module;
import org.attune.tensor.Tensor;

/**
 * DistilBERT layer, transformers' {@code TransformerBlock}: h = LayerNorm(x + Attention(x)), y =
 * LayerNorm(h + W2 gelu(W1 h)).
 */
final class DistilBertLayer extends Module {
  private final DistilBertAttention attention; // "attention"
  private final LayerNorm attentionNorm; // "sa_layer_norm"
  private final Linear inner; // "ffn.lin1" [D] to [F]
  private final Activation activation;
  private final Linear outer; // "ffn.lin2" [F] to [D]
  private final Dropout dropout;
  private final LayerNorm outputNorm; // "output_layer_norm"

  DistilBertLayer(DistilBertConfig config) {
    int width = config.dim();
    attention = child("attention", new DistilBertAttention(config));
    attentionNorm = child("sa_layer_norm", new LayerNorm(width, DistilBertConfig.NORM_EPS));
    inner = child("ffn.lin1", Linear.of(width, config.hiddenDim()));
    activation = config.activation();
    outer = child("ffn.lin2", Linear.of(config.hiddenDim(), width));
    dropout = child("ffn.dropout", new Dropout(config.dropout()));
    outputNorm = child("output_layer_norm", new LayerNorm(width, DistilBertConfig.NORM_EPS));
  }

  /** x [B, T, D], mask [B, 1, 1, T] (0 keeps, the lowest F32 drops) to [B, T, D]. */
  Tensor forward(Tensor x, Optional<Tensor> mask) {
    Tensor h = attentionNorm.forward(attention.forward(x, mask).plus(x));
    Tensor f = outer.forward(activation.apply(inner.forward(h)));
    return outputNorm.forward(dropout.forward(f).plus(h));
  }
}
