package org.attune.models.roberta;

import org.attune.checkpoint.ConfigJson;
import org.attune.models.Head;
import org.attune.models.LanguageModel;
import org.attune.models.ModelInput;
import org.attune.nn.OutputEmbeddings;
import org.attune.tensor.Tensor;

/** Predicts the token at each place. */
public final class RobertaForMaskedLM extends RobertaBase implements LanguageModel {
  private final RobertaModel roberta; // "roberta"
  private final RobertaLmHead head; // "lm_head"

  RobertaForMaskedLM(ConfigJson json, RobertaConfig config) {
    super(json, Head.MASKED_LM, config);
    roberta = child("roberta", new RobertaModel(json, config, false));
    head = child("lm_head", new RobertaLmHead(config.bert(), roberta.embeddings().word().weight()));
  }

  /** Logits [B, T, V]. */
  @Override
  public Tensor forward(ModelInput input) {
    return logits(hidden(input));
  }

  @Override
  public Tensor hidden(ModelInput input) {
    return roberta.forward(input);
  }

  @Override
  public Tensor transform(Tensor hidden) {
    return head.transform(hidden);
  }

  @Override
  public OutputEmbeddings outputEmbeddings() {
    return head.outputEmbeddings();
  }
}
