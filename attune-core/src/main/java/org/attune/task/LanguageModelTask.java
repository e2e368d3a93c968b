package org.attune.task;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.attune.AttuneException;
import org.attune.checkpoint.Checkpoint;
import org.attune.checkpoint.ConfigJson;
import org.attune.data.Batch;
import org.attune.metric.Evaluation;
import org.attune.metric.LanguageMetrics;
import org.attune.models.Families;
import org.attune.models.Head;
import org.attune.models.LanguageModel;
import org.attune.models.Model;
import org.attune.models.Pretrained;
import org.attune.nn.ActivationCount;
import org.attune.nn.OutputEmbeddings;
import org.attune.objective.ChunkedCrossEntropy;
import org.attune.objective.CrossEntropy;
import org.attune.tensor.Autograd;
import org.attune.tensor.Scope;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;
import org.attune.text.Tokenizer;
import org.attune.train.Encoded;
import org.attune.train.Precision;
import org.attune.train.TrainTask;
import org.attune.train.Window;

/**
 * What all language modelling shares: the loss of tokens in chunks, tokens as its weight, and
 * perplexity as the judge.
 */
public abstract class LanguageModelTask implements TrainTask<Model> {
  private static final long INTERVAL_SEED = 0;

  private final Tokenizer tokenizer;
  private final Head head;
  private final ChunkedCrossEntropy objective = ChunkedCrossEntropy.ofDefaultSize();

  LanguageModelTask(Tokenizer tokenizer, Head head) {
    this.tokenizer = tokenizer;
    this.head = head;
  }

  public final Tokenizer tokenizer() {
    return tokenizer;
  }

  /** The checkpoint's model, for continued pre-training or fine-tuning. */
  public final Model load(Checkpoint checkpoint) {
    return load(checkpoint, checkpoint.config(), 42).model();
  }

  /**
   * As {@link #load(Checkpoint)}, and tells what is new.
   *
   * @param config the checkpoint's, perhaps with another dropout
   * @param seed of a new head's weights
   */
  public final Pretrained.Loaded load(Checkpoint checkpoint, ConfigJson config, long seed) {
    Pretrained.Loaded loaded = Pretrained.load(checkpoint, head, fit(config), seed);
    TaskChecks.fit(tokenizer, loaded.model());
    return loaded;
  }

  /** A model with random weights. */
  public final Model create(ConfigJson config, long seed) {
    Model model = Pretrained.fresh(fit(config), head, seed);
    TaskChecks.fit(tokenizer, model);
    return model;
  }

  /** A token must not see the one it is to foretell. */
  private ConfigJson fit(ConfigJson config) {
    return head == Head.CAUSAL_LM ? Families.of(config).readingForwards(config) : config;
  }

  /** Writes the model and its tokenizer. */
  public final void save(Model model, Path folder) {
    TaskFiles.save(model, tokenizer, folder);
  }

  // ---- training

  @Override
  public List<String> metrics() {
    return LanguageMetrics.NAMES;
  }

  static LanguageModel language(Model model) {
    if (model instanceof LanguageModel language) {
      return language;
    }
    throw new AttuneException(
        "task: "
            + model.getClass().getSimpleName()
            + " is no language model; its head is "
            + model.head());
  }

  final ChunkedCrossEntropy objective() {
    return objective;
  }

  /** The plain loss over all logits at once; {@link #backward} does the same in chunks. */
  @Override
  public Tensor loss(Model model, Batch batch) {
    Tensor logits = model.forward(Inference.input(batch)); // [B, T, V]
    return CrossEntropy.plain()
        .sum(logits, Tensors.ofLongs(batch.labels(), logits.size(0), logits.size(1)));
  }

  @Override
  public final Optional<ActivationCount> activations(
      Model model, long rows, long length, long decoderLength) {
    long places = rows * (decoderLength > 0 ? decoderLength : length);
    OutputEmbeddings output = language(model).outputEmbeddings();
    return Optional.of(
        model
            .activations(rows, length, decoderLength)
            .plus(objective.numbers(places, output.vocabularySize(), output.weight().size(1))));
  }

  @Override
  public double weight(Batch batch) {
    return batch.labelled();
  }

  @Override
  public double backward(Model model, Batch batch, Window window, Precision precision) {
    LanguageModel language = language(model);
    try (Scope scope = Scope.open()) {
      return precision.run(
          () ->
              objective.backward(
                  language::transform,
                  language.outputEmbeddings(),
                  language.hidden(Inference.input(batch)),
                  batch.labels(),
                  window.weight()));
    }
  }

  // ---- evaluation

  /** {@code loss} and {@code perplexity} over all tokens asked for. */
  @Override
  public Evaluation evaluate(Model model, Encoded data, int batchSize) {
    LanguageModel language = language(model);
    double[] losses = new double[data.size()];
    long[] tokens = new long[data.size()];
    for (int start = 0; start < data.size(); start += batchSize) {
      int from = start;
      int[] rows = IntStream.range(from, Math.min(data.size(), from + batchSize)).toArray();
      Batch batch = data.batch(rows);
      try (Scope scope = Scope.open()) {
        Autograd.noGrad(
            () -> {
              Tensor hidden = language.hidden(Inference.input(batch));
              add(model, batch, hidden, losses, tokens, from);
              observe(model, batch, hidden);
            });
      }
    }
    return LanguageMetrics.evaluate(losses, tokens, INTERVAL_SEED);
  }

  private void add(
      Model model, Batch batch, Tensor hidden, double[] losses, long[] tokens, int from) {
    LanguageModel language = language(model);
    float[] each =
        objective.losses(language::transform, language.outputEmbeddings(), hidden, batch.labels());
    int width = each.length / batch.rows();
    for (int r = 0; r < batch.rows(); r++) {
      for (int t = r * width; t < (r + 1) * width; t++) {
        losses[from + r] += each[t];
      }
      tokens[from + r] =
          ChunkedCrossEntropy.weight(
              Arrays.copyOfRange(batch.labels(), r * width, (r + 1) * width));
    }
  }

  /** For a task that judges more than tokens; called for each batch of an evaluation. */
  void observe(Model model, Batch batch, Tensor hidden) {}
}
