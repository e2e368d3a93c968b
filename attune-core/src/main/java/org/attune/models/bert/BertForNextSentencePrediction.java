package org.attune.models.bert;

import org.attune.checkpoint.ConfigJson;
import org.attune.models.Head;
import org.attune.models.ModelInput;
import org.attune.nn.Linear;
import org.attune.tensor.Tensor;

/**
 * Whether the second segment follows the first: logit 0 says it does, logit 1 that it is random.
 */
public final class BertForNextSentencePrediction extends BertBase {
  private final BertModel bert; // "bert"
  private final Linear relationship; // "cls.seq_relationship" [D] to [2]

  BertForNextSentencePrediction(ConfigJson json, BertConfig config) {
    super(json, Head.NEXT_SENTENCE, config);
    bert = child("bert", new BertModel(json, config, true));
    relationship = child("cls.seq_relationship", Linear.of(config.hiddenSize(), 2));
  }

  /** Logits [B, 2]. */
  @Override
  public Tensor forward(ModelInput input) {
    return relationship.forward(bert.pooledFirst(input));
  }
}
