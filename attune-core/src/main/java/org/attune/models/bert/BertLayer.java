package org.attune.models.bert;

import java.util.Optional;
import org.attune.nn.Activation;
import org.attune.nn.Dropout;
import org.attune.nn.LayerNorm;
import org.attune.nn.Linear;
import org.attune.nn.Module;
import org.attune.tensor.Tensor;

/**
 * BERT encoder layer (Devlin et al. 2018, post-norm): h = LayerNorm(x + Attention(x)), y =
 * LayerNorm(h + W2 gelu(W1 h)). RoBERTa's are the same, down to the names of their parameters.
 */
public final class BertLayer extends Module {
  private final BertAttention attention; // "attention"
  private final Linear intermediate; // "intermediate.dense" [D] to [F]
  private final Activation activation;
  private final Linear output; // "output.dense" [F] to [D]
  private final Dropout dropout;
  private final LayerNorm norm; // "output.LayerNorm"

  public BertLayer(BertConfig config) {
    int width = config.hiddenSize();
    attention = child("attention", new BertAttention(config));
    intermediate = child("intermediate.dense", Linear.of(width, config.intermediateSize()));
    activation = config.activation();
    output = child("output.dense", Linear.of(config.intermediateSize(), width));
    dropout = child("output.dropout", new Dropout(config.hiddenDropout()));
    norm = child("output.LayerNorm", new LayerNorm(width, config.layerNormEps()));
  }

  /**
   * One layer.
   *
   * @param x [B, T, D]
   * @param mask [B, 1, 1 or T, T], 0 keeps, the lowest F32 drops
   * @return [B, T, D]
   */
  public Tensor forward(Tensor x, Optional<Tensor> mask) {
    return forward(x, x, mask);
  }

  /**
   * The layer's output for some tokens only, as the last layer is read by a head that looks at one:
   * the others are keys and values, and their feed-forward is left out.
   *
   * @param asking [B, U, D], the tokens of x whose output is wanted
   * @return [B, U, D]
   */
  public Tensor forward(Tensor asking, Tensor x, Optional<Tensor> mask) {
    Tensor h = attention.forward(asking, x, mask);
    Tensor f = output.forward(activation.apply(intermediate.forward(h)));
    return norm.forward(dropout.forward(f).plus(h));
  }
}
