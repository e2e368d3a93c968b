package org.attune.models.bert;

import org.attune.checkpoint.ConfigJson;
import org.attune.models.Head;
import org.attune.models.LanguageModel;
import org.attune.models.ModelInput;
import org.attune.nn.OutputEmbeddings;
import org.attune.tensor.Tensor;

/** Predicts the word piece at each place. */
public final class BertForMaskedLM extends BertBase implements LanguageModel {
  private final BertModel bert; // "bert"
  private final BertLmHead predictions; // "cls.predictions"

  BertForMaskedLM(ConfigJson json, BertConfig config) {
    super(json, Head.MASKED_LM, config);
    bert = child("bert", new BertModel(json, config, false));
    predictions =
        child("cls.predictions", new BertLmHead(config, bert.embeddings().word().weight()));
  }

  /** Logits [B, T, V]. */
  @Override
  public Tensor forward(ModelInput input) {
    return logits(hidden(input));
  }

  @Override
  public Tensor hidden(ModelInput input) {
    return bert.forward(input);
  }

  @Override
  public Tensor transform(Tensor hidden) {
    return predictions.transform(hidden);
  }

  @Override
  public OutputEmbeddings outputEmbeddings() {
    return predictions.outputEmbeddings();
  }
}
