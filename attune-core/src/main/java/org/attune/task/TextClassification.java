package org.attune.task;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.attune.AttuneException;
import org.attune.UsageException;
import org.attune.checkpoint.Checkpoint;
import org.attune.checkpoint.ConfigJson;
import org.attune.data.Batch;
import org.attune.data.Dataset;
import org.attune.data.Labels;
import org.attune.data.Target;
import org.attune.metric.ClassificationMetrics;
import org.attune.metric.Evaluation;
import org.attune.metric.MultiLabelMetrics;
import org.attune.metric.RegressionMetrics;
import org.attune.models.Head;
import org.attune.models.Model;
import org.attune.models.Pretrained;
import org.attune.nn.ActivationCount;
import org.attune.objective.BinaryCrossEntropy;
import org.attune.objective.CrossEntropy;
import org.attune.objective.Objective;
import org.attune.objective.SquaredError;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;
import org.attune.text.Tokenizer;
import org.attune.train.Encoded;
import org.attune.train.TrainTask;

/**
 * Labels a text, or a pair of texts read together: one label ({@code single_label_classification}
 * in config.json's problem_type), any number of labels, or a number.
 */
public final class TextClassification implements TrainTask<Model> {
  private static final double THRESHOLD = 0.5;
  private static final long INTERVAL_SEED = 0;

  /** What is predicted; names as transformers' {@code problem_type}. */
  public enum Problem {
    SINGLE_LABEL_CLASSIFICATION,
    MULTI_LABEL_CLASSIFICATION,
    REGRESSION;

    /** As config.json writes it. */
    public String configName() {
      return name().toLowerCase(Locale.ROOT);
    }

    Target.Kind targets() {
      return switch (this) {
        case SINGLE_LABEL_CLASSIFICATION -> Target.Kind.SINGLE;
        case MULTI_LABEL_CLASSIFICATION -> Target.Kind.MULTI;
        case REGRESSION -> Target.Kind.SCORE;
      };
    }

    static Problem of(ConfigJson config) {
      String name = config.optionalString("problem_type").orElse("");
      for (Problem problem : values()) {
        if (problem.configName().equals(name)) {
          return problem;
        }
      }
      // Transformers' own rule where nothing is said: one output is a number.
      return config.labelCount() == 1 ? REGRESSION : SINGLE_LABEL_CLASSIFICATION;
    }
  }

  private final Tokenizer tokenizer;
  private final Labels labels;
  private final Problem problem;
  private final Objective objective;

  private TextClassification(Tokenizer tokenizer, Labels labels, Problem problem) {
    this(
        tokenizer,
        labels,
        problem,
        switch (problem) {
          case SINGLE_LABEL_CLASSIFICATION -> CrossEntropy.plain();
          case MULTI_LABEL_CLASSIFICATION -> new BinaryCrossEntropy();
          case REGRESSION -> new SquaredError();
        });
  }

  private TextClassification(
      Tokenizer tokenizer, Labels labels, Problem problem, Objective objective) {
    this.tokenizer = tokenizer;
    this.labels = labels;
    this.problem = problem;
    this.objective = objective;
  }

  /**
   * The same task with another loss for one label a text.
   *
   * @throws UsageException for several labels or a number, which have one loss each
   */
  public TextClassification withLoss(ClassLoss loss, Dataset train) {
    if (problem != Problem.SINGLE_LABEL_CLASSIFICATION) {
      throw new UsageException(
          "task: 'loss' is for one label a text; this data makes it " + problem.configName());
    }
    return new TextClassification(tokenizer, labels, problem, loss.objective(labels, train));
  }

  /** One label a text. */
  public static TextClassification of(Tokenizer tokenizer, Labels labels) {
    if (labels.size() < 2) {
      throw new AttuneException(
          "task: the data has "
              + (labels.size() == 0 ? "no label" : "the one label " + labels)
              + ", classification needs at least two");
    }
    return new TextClassification(tokenizer, labels, Problem.SINGLE_LABEL_CLASSIFICATION);
  }

  /** Any number of labels a text. */
  public static TextClassification multiLabel(Tokenizer tokenizer, Labels labels) {
    return new TextClassification(tokenizer, labels, Problem.MULTI_LABEL_CLASSIFICATION);
  }

  /** A number a text. */
  public static TextClassification regression(Tokenizer tokenizer) {
    return new TextClassification(tokenizer, Labels.of(List.of("score")), Problem.REGRESSION);
  }

  /** The kind of classification that a data set's targets ask for. */
  public static TextClassification forData(Tokenizer tokenizer, Dataset data) {
    return switch (data.kind()) {
      case SINGLE -> of(tokenizer, data.labels());
      case MULTI -> multiLabel(tokenizer, data.labels());
      case SCORE -> regression(tokenizer);
      case NONE, TEXT, CHAT ->
          throw new AttuneException(
              "task: " + data.name() + " has no labels; name their column with 'label' or 'score'");
    };
  }

  /** The task that a saved classifier was trained for. */
  static TextClassification of(Tokenizer tokenizer, ConfigJson config) {
    return new TextClassification(tokenizer, Labels.of(config.labels()), Problem.of(config));
  }

  public Labels labels() {
    return labels;
  }

  public Problem problem() {
    return problem;
  }

  public Tokenizer tokenizer() {
    return tokenizer;
  }

  /** The checkpoint's body under a head with these labels; a head it lacks starts at random. */
  public Model load(Checkpoint checkpoint) {
    return load(checkpoint, checkpoint.config(), 42).model();
  }

  /**
   * As {@link #load(Checkpoint)}, and tells what is new.
   *
   * @param config the checkpoint's, perhaps with another dropout
   * @param seed of a new head's weights
   */
  public Pretrained.Loaded load(Checkpoint checkpoint, ConfigJson config, long seed) {
    ConfigJson labelled =
        config.withLabels(labels.names()).with("problem_type", problem.configName());
    Pretrained.Loaded loaded =
        Pretrained.load(checkpoint, Head.SEQUENCE_CLASSIFICATION, labelled, seed);
    TaskChecks.fit(tokenizer, loaded.model());
    return loaded;
  }

  /** Writes the model and its tokenizer, for {@link Predictor#open} and for transformers. */
  public void save(Model model, Path folder) {
    TaskFiles.save(model, tokenizer, folder);
  }

  // ---- training

  @Override
  public String fingerprint() {
    return problem.configName() + " by " + objective;
  }

  @Override
  public List<String> metrics() {
    return switch (problem) {
      case SINGLE_LABEL_CLASSIFICATION -> ClassificationMetrics.names(labels.size());
      case MULTI_LABEL_CLASSIFICATION -> MultiLabelMetrics.NAMES;
      case REGRESSION -> RegressionMetrics.NAMES;
    };
  }

  /**
   * Token ids of all rows.
   *
   * @throws AttuneException when the rows have no targets of this kind, or labels unknown here
   */
  @Override
  public Encoded encode(Dataset data) {
    TaskChecks.targets(data, problem.targets());
    return EncodedTexts.of(
        problem == Problem.REGRESSION ? data : data.alignedTo(labels), tokenizer);
  }

  @Override
  public Tensor loss(Model model, Batch batch) {
    return loss(logits(model, batch), batch);
  }

  /** Raw outputs [B, labels] of a batch. */
  Tensor logits(Model model, Batch batch) {
    return model.forward(Inference.input(batch));
  }

  /** The sum of the losses of a batch's rows, from their logits [B, labels]. */
  Tensor loss(Tensor logits, Batch batch) {
    Tensor predictions = problem == Problem.REGRESSION ? logits.reshape(-1) : logits;
    return objective.sum(predictions, targets(batch));
  }

  @Override
  public Optional<ActivationCount> activations(
      Model model, long rows, long length, long decoderLength) {
    return Optional.of(model.activations(rows, length, decoderLength));
  }

  @Override
  public double weight(Batch batch) {
    return switch (problem) {
      case SINGLE_LABEL_CLASSIFICATION -> objective.weight(targets(batch));
      case MULTI_LABEL_CLASSIFICATION -> (double) batch.rows() * labels.size();
      case REGRESSION -> batch.rows();
    };
  }

  private Tensor targets(Batch batch) {
    long rows = batch.rows();
    return switch (problem) {
      case SINGLE_LABEL_CLASSIFICATION -> Tensors.ofLongs(batch.labelIds(), rows);
      case MULTI_LABEL_CLASSIFICATION ->
          Tensors.ofFloats(batch.labelMatrix(labels.size()), rows, labels.size());
      case REGRESSION -> Tensors.ofFloats(batch.scores(), rows);
    };
  }

  private static int single(Target target) {
    return ((Target.Single) target).label();
  }

  // ---- evaluation and prediction

  @Override
  public Evaluation evaluate(Model model, Encoded data, int batchSize) {
    EncodedTexts texts = data.as(EncodedTexts.class);
    float[][] logits = logits(model, data, batchSize);
    int rows = data.size();
    switch (problem) {
      case SINGLE_LABEL_CLASSIFICATION -> {
        int[] gold = new int[rows];
        double[][] probabilities = new double[rows][];
        for (int i = 0; i < rows; i++) {
          gold[i] = single(texts.target(i));
          probabilities[i] = Probabilities.softmax(logits[i]);
        }
        return ClassificationMetrics.evaluate(labels.size(), gold, probabilities, INTERVAL_SEED);
      }
      case MULTI_LABEL_CLASSIFICATION -> {
        boolean[][] gold = new boolean[rows][labels.size()];
        double[][] probabilities = new double[rows][];
        for (int i = 0; i < rows; i++) {
          for (int label : ((Target.Multi) texts.target(i)).labels()) {
            gold[i][label] = true;
          }
          probabilities[i] = Probabilities.sigmoid(logits[i]);
        }
        return MultiLabelMetrics.evaluate(
            labels.size(), gold, probabilities, THRESHOLD, INTERVAL_SEED);
      }
      default -> {
        double[] gold = new double[rows];
        double[] predicted = new double[rows];
        for (int i = 0; i < rows; i++) {
          gold[i] = ((Target.Score) texts.target(i)).value();
          predicted[i] = logits[i][0];
        }
        return RegressionMetrics.evaluate(gold, predicted, INTERVAL_SEED);
      }
    }
  }

  /** Raw outputs [rows][labels], in the order of the data. */
  float[][] logits(Model model, Encoded data, int batchSize) {
    return Inference.run(data, batchSize, batch -> model.forward(Inference.input(batch)));
  }

  /** What one row's logits say. */
  ClassPrediction interpret(float[] logits) {
    return switch (problem) {
      case SINGLE_LABEL_CLASSIFICATION ->
          ClassPrediction.best(labels, Probabilities.softmax(logits), logits);
      case MULTI_LABEL_CLASSIFICATION ->
          ClassPrediction.above(THRESHOLD, labels, Probabilities.sigmoid(logits), logits);
      case REGRESSION -> ClassPrediction.number(logits);
    };
  }
}
