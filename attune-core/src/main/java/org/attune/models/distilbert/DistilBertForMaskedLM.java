package org.attune.models.distilbert;

import org.attune.checkpoint.ConfigJson;
import org.attune.models.Head;
import org.attune.models.LanguageModel;
import org.attune.models.ModelInput;
import org.attune.nn.Activation;
import org.attune.nn.LayerNorm;
import org.attune.nn.Linear;
import org.attune.nn.OutputEmbeddings;
import org.attune.tensor.Tensor;

/**
 * Predicts the word piece at each place: E LayerNorm(gelu(W h)) + b, where E is the word
 * embeddings.
 */
public final class DistilBertForMaskedLM extends DistilBertBase implements LanguageModel {
  private final DistilBertModel distilbert; // "distilbert"
  private final Linear transform; // "vocab_transform" [D] to [D]
  private final Activation activation;
  private final LayerNorm norm; // "vocab_layer_norm"
  private final Linear projector; // "vocab_projector" [D] to [V]

  DistilBertForMaskedLM(ConfigJson json, DistilBertConfig config) {
    super(json, Head.MASKED_LM, config);
    int width = config.dim();
    distilbert = child("distilbert", new DistilBertModel(json, config));
    transform = child("vocab_transform", Linear.of(width, width));
    activation = config.activation();
    norm = child("vocab_layer_norm", new LayerNorm(width, DistilBertConfig.NORM_EPS));
    projector =
        child(
            "vocab_projector",
            config.tied()
                ? Linear.tied(distilbert.embeddings().word().weight())
                : Linear.of(width, config.vocabSize()));
  }

  /** Logits [B, T, V]. */
  @Override
  public Tensor forward(ModelInput input) {
    return logits(hidden(input));
  }

  @Override
  public Tensor hidden(ModelInput input) {
    return distilbert.forward(input);
  }

  @Override
  public Tensor transform(Tensor hidden) {
    return norm.forward(activation.apply(transform.forward(hidden)));
  }

  @Override
  public OutputEmbeddings outputEmbeddings() {
    return projector.outputEmbeddings();
  }
}
