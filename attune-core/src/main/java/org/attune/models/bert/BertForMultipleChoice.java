package org.attune.models.bert;

import org.attune.checkpoint.ConfigJson;
import org.attune.models.Choices;
import org.attune.models.Head;
import org.attune.models.ModelInput;
import org.attune.nn.Dropout;
import org.attune.nn.Linear;
import org.attune.tensor.Tensor;

/** W dropout(pool(h)) of each choice: which of several texts goes on from the one they share. */
public final class BertForMultipleChoice extends BertBase {
  private final BertModel bert; // "bert"
  private final Dropout dropout;
  private final Linear classifier; // "classifier" [D] to [1]

  BertForMultipleChoice(ConfigJson json, BertConfig config) {
    super(json, Head.MULTIPLE_CHOICE, config);
    bert = child("bert", new BertModel(json, config, true));
    dropout = child("dropout", new Dropout(config.classifierDropout()));
    classifier = child("classifier", Linear.of(config.hiddenSize(), 1));
  }

  /** Input [B, C, T] to logits [B, C]. */
  @Override
  public Tensor forward(ModelInput input) {
    Tensor pooled = bert.pooledFirst(Choices.rows(input, "bert")); // [B C, D]
    return Choices.scores(classifier.forward(dropout.forward(pooled)), input);
  }
}
