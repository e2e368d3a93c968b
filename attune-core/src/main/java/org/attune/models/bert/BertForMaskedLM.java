package org.attune.models.bert;

import org.attune.checkpoint.ConfigJson;
import org.attune.models.EncoderInput;
import org.attune.models.Head;
import org.attune.tensor.Tensor;

/** Predicts the word piece at each place. */
public final class BertForMaskedLM extends BertBase {
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
  public Tensor forward(EncoderInput input) {
    return predictions.forward(bert.forward(input));
  }
}
