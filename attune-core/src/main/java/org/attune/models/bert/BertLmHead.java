package org.attune.models.bert;

import org.attune.nn.Activation;
import org.attune.nn.LayerNorm;
import org.attune.nn.Linear;
import org.attune.nn.Module;
import org.attune.nn.OutputEmbeddings;
import org.attune.nn.Parameter;
import org.attune.tensor.Tensor;

/** E LayerNorm(gelu(W h)) + b, where E is the word embeddings (Devlin et al. 2018, section 3.1). */
final class BertLmHead extends Module {
  private final Linear transform; // "transform.dense" [D] to [D]
  private final Activation activation;
  private final LayerNorm norm; // "transform.LayerNorm"
  private final Linear decoder; // "decoder" [D] to [V]

  BertLmHead(BertConfig config, Parameter wordEmbeddings) {
    int width = config.hiddenSize();
    transform = child("transform.dense", Linear.of(width, width));
    activation = config.activation();
    norm = child("transform.LayerNorm", new LayerNorm(width, config.layerNormEps()));
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
    return norm.forward(activation.apply(transform.forward(hidden)));
  }

  OutputEmbeddings outputEmbeddings() {
    return decoder.outputEmbeddings();
  }
}
