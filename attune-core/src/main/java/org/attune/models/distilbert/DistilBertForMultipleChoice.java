package org.attune.models.distilbert;

import org.attune.checkpoint.ConfigJson;
import org.attune.models.Choices;
import org.attune.models.Head;
import org.attune.models.ModelInput;
import org.attune.nn.Activation;
import org.attune.nn.Dropout;
import org.attune.nn.Linear;
import org.attune.tensor.Tensor;

/** W2 dropout(relu(W1 h)) of each choice's first token, which is [CLS]. */
public final class DistilBertForMultipleChoice extends DistilBertBase {
  private final DistilBertModel distilbert; // "distilbert"
  private final Linear preClassifier; // "pre_classifier" [D] to [D]
  private final Dropout dropout;
  private final Linear classifier; // "classifier" [D] to [1]

  DistilBertForMultipleChoice(ConfigJson json, DistilBertConfig config) {
    super(json, Head.MULTIPLE_CHOICE, config);
    distilbert = child("distilbert", new DistilBertModel(json, config));
    preClassifier = child("pre_classifier", Linear.of(config.dim(), config.dim()));
    dropout = child("dropout", new Dropout(config.classifierDropout()));
    classifier = child("classifier", Linear.of(config.dim(), 1));
  }

  /** Input [B, C, T] to logits [B, C]. */
  @Override
  public Tensor forward(ModelInput input) {
    ModelInput rows = Choices.rows(input, DistilBertConfig.FAMILY);
    Tensor first = distilbert.forward(rows).select(1, 0); // [B C, D]
    Tensor pooled = Activation.RELU.apply(preClassifier.forward(first));
    return Choices.scores(classifier.forward(dropout.forward(pooled)), input);
  }
}
