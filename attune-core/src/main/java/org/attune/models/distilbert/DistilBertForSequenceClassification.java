package org.attune.models.distilbert;

import org.attune.checkpoint.ConfigJson;
import org.attune.models.Head;
import org.attune.models.ModelInput;
import org.attune.nn.Activation;
import org.attune.nn.Dropout;
import org.attune.nn.Linear;
import org.attune.tensor.Tensor;

/** W2 dropout(relu(W1 h)) of the first token, which is [CLS]: one row of logits a sequence. */
public final class DistilBertForSequenceClassification extends DistilBertBase {
  private final DistilBertModel distilbert; // "distilbert"
  private final Linear preClassifier; // "pre_classifier" [D] to [D]
  private final Dropout dropout;
  private final Linear classifier; // "classifier" [D] to [labels]

  DistilBertForSequenceClassification(ConfigJson json, DistilBertConfig config) {
    super(json, Head.SEQUENCE_CLASSIFICATION, config);
    distilbert = child("distilbert", new DistilBertModel(json, config));
    preClassifier = child("pre_classifier", Linear.of(config.dim(), config.dim()));
    dropout = child("dropout", new Dropout(config.classifierDropout()));
    classifier = child("classifier", Linear.of(config.dim(), config.labels()));
  }

  /** Logits [B, labels]. */
  @Override
  public Tensor forward(ModelInput input) {
    Tensor first = distilbert.forward(input).select(1, 0); // [B, D]
    Tensor pooled = Activation.RELU.apply(preClassifier.forward(first));
    return classifier.forward(dropout.forward(pooled));
  }
}
