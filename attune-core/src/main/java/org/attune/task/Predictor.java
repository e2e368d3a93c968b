package org.attune.task;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.attune.AttuneException;
import org.attune.checkpoint.Checkpoint;
import org.attune.data.Dataset;
import org.attune.data.Example;
import org.attune.data.Labels;
import org.attune.data.Target;
import org.attune.metric.Evaluation;
import org.attune.models.Families;
import org.attune.models.Head;
import org.attune.models.Model;
import org.attune.models.Pretrained;
import org.attune.text.Tokenizer;

/**
 * A saved model, ready to answer: with a classification head it labels texts, a bare body embeds
 * them.
 *
 * <pre>{@code
 * try (Predictor predictor = Predictor.open("out/reviews")) {
 *   System.out.println(predictor.classify("what a fine film").label());
 * }
 * }</pre>
 */
public final class Predictor implements AutoCloseable {
  private static final int BATCH_SIZE = 64;

  private final Model model;
  private final Tokenizer tokenizer;
  private final Optional<TextClassification> classification;

  private Predictor(Model model, Tokenizer tokenizer, Optional<TextClassification> classification) {
    this.model = model;
    this.tokenizer = tokenizer;
    this.classification = classification;
  }

  /**
   * Opens a model with its tokenizer.
   *
   * @param name a folder or {@code builtin:NAME}
   * @throws AttuneException when there is none, it is damaged, or its head is of another task
   */
  public static Predictor open(String name) {
    try (Checkpoint checkpoint = Checkpoint.open(name)) {
      requireAnswering(checkpoint);
      Model model = Pretrained.load(checkpoint).model();
      Tokenizer whole = checkpoint.tokenizer();
      Tokenizer tokenizer = whole.truncateTo(Math.min(whole.maxLength(), model.maxLength()));
      TaskChecks.fit(tokenizer, model);
      return new Predictor(
          model,
          tokenizer,
          model.head() == Head.SEQUENCE_CLASSIFICATION
              ? Optional.of(TextClassification.of(tokenizer, checkpoint.config()))
              : Optional.empty());
    }
  }

  private static void requireAnswering(Checkpoint checkpoint) {
    Head head = Families.of(checkpoint.config()).head(checkpoint.config());
    if (head != Head.SEQUENCE_CLASSIFICATION && head != Head.NONE) {
      throw new AttuneException(
          "predict: "
              + checkpoint.name()
              + " is a "
              + checkpoint.config().strings("architectures")
              + "; texts can be given to sequence classifiers and bare encoders");
    }
  }

  public Model model() {
    return model;
  }

  public Tokenizer tokenizer() {
    return tokenizer;
  }

  /** The labels of a classifier; empty for an encoder. */
  public Labels labels() {
    return classification.map(TextClassification::labels).orElse(Labels.of(List.of()));
  }

  /** Labels one text. */
  public ClassPrediction classify(String text) {
    return classify(List.of(new Example(text, Optional.empty(), new Target.None()))).get(0);
  }

  /** Labels texts or pairs, in their order. */
  public List<ClassPrediction> classify(List<Example> examples) {
    TextClassification task =
        classification.orElseThrow(
            () -> new AttuneException("predict: this model has no classification head; it embeds"));
    Dataset data = Dataset.of("texts", examples, Labels.of(List.of()));
    float[][] logits = task.logits(model, EncodedTexts.of(data, tokenizer), BATCH_SIZE);
    return java.util.Arrays.stream(logits).map(task::interpret).toList();
  }

  /** One vector of length one a text, in their order. */
  public float[][] embed(List<String> texts) {
    return SentenceEmbedding.of(tokenizer, 1).embed(model, texts, BATCH_SIZE);
  }

  /** The rows that {@code attune predict} writes, one an example. */
  public List<Map<String, Object>> predict(List<Example> examples, boolean withLogits) {
    if (examples.isEmpty()) {
      return List.of();
    }
    if (classification.isPresent()) {
      return classify(examples).stream().map(p -> p.toMap(withLogits)).toList();
    }
    float[][] vectors = embed(examples.stream().map(Example::text).toList());
    return java.util.Arrays.stream(vectors)
        .map(
            vector -> {
              Map<String, Object> row = new LinkedHashMap<>();
              row.put("embedding", vector);
              return row;
            })
        .toList();
  }

  /**
   * How good the model is on labelled data; labels are matched by name.
   *
   * @param maxScore for an encoder on pairs: the score of two texts that mean the same
   */
  public Evaluation evaluate(Dataset data, double maxScore) {
    if (classification.isPresent()) {
      TextClassification task = classification.get();
      return task.evaluate(model, task.encode(data), BATCH_SIZE);
    }
    SentenceEmbedding task = SentenceEmbedding.of(tokenizer, maxScore);
    return task.evaluate(model, task.encode(data), BATCH_SIZE);
  }

  @Override
  public void close() {
    model.close();
    tokenizer.close();
  }
}
