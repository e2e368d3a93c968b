package org.attune.models.bart;

import org.attune.nn.Activation;
import org.attune.nn.Dropout;
import org.attune.nn.LayerNorm;
import org.attune.nn.Linear;
import org.attune.nn.Module;
import org.attune.tensor.Tensor;

/** LayerNorm(h + W2 act(W1 h)): the end of a layer of either stack, which its names lie in. */
final class BartFeedForward extends Module {
  private final Linear first; // "fc1" [D] to [F]
  private final Activation activation;
  private final Dropout activationDropout;
  private final Linear second; // "fc2" [F] to [D]
  private final Dropout dropout;
  private final LayerNorm norm; // "final_layer_norm"

  BartFeedForward(BartConfig config, int feedForwardWidth) {
    first = child("fc1", Linear.of(config.width(), feedForwardWidth));
    activation = config.activation();
    activationDropout = child("activation_dropout", new Dropout(config.activationDropout()));
    second = child("fc2", Linear.of(feedForwardWidth, config.width()));
    dropout = child("dropout", new Dropout(config.dropout()));
    norm = child("final_layer_norm", new LayerNorm(config.width(), BartConfig.NORM_EPS));
  }

  /** h [B, T, D] to [B, T, D]. */
  Tensor forward(Tensor h) {
    Tensor f = activationDropout.forward(activation.apply(first.forward(h)));
    return norm.forward(h.plus(dropout.forward(second.forward(f))));
  }
}
