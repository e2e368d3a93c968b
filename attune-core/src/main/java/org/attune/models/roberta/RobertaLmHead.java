package org.attune.models.roberta;

import org.attune.models.bert.BertConfig;
import org.attune.nn.Activation;
import org.attune.nn.LayerNorm;
import org.attune.nn.Linear;
import org.attune.nn.Module;
import org.attune.nn.OutputEmbeddings;
import org.attune.nn.Parameter;
import org.attune.tensor.Tensor;

/**
 * E LayerNorm(gelu(W h)) + b, where E is the word embeddings. The activation is gelu, whatever
 * {@code hidden_act} says.
 */
final class RobertaLmHead extends Module {
  private final Linear dense; // "dense" [D] to [D]
  private final LayerNorm norm; // "layer_norm"
  private final Linear decoder; // "decoder" [D] to [V]

  RobertaLmHead(BertConfig config, Parameter wordEmbeddings) {
    int width = config.hiddenSize();
    dense = child("dense", Linear.of(width, width));
    norm = child("layer_norm", new LayerNorm(width, config.layerNormEps()));
    if (config.tied()) {
      decoder = Linear.tied(wordEmbeddings);
      // The bias has two names in files; the first one registered is the one that is written.
      parameter("bias", decoder.bias());
    } else {
      decoder = Linear.of(width, config.vocabSize());
      // Files have this second bias too, though nothing reads it.
      parameter("bias", Parameter.Init.ZEROS, config.vocabSize()).trainable(false);
    }
    child("decoder", decoder);
  }

  /** hidden [.., D] to what the output embeddings read [.., D]. */
  Tensor transform(Tensor hidden) {
    return norm.forward(Activation.GELU.apply(dense.forward(hidden)));
  }

  OutputEmbeddings outputEmbeddings() {
    return decoder.outputEmbeddings();
  }
}
