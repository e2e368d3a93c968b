package org.attune.task;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.attune.AttuneException;
import org.attune.checkpoint.Checkpoint;
import org.attune.checkpoint.ConfigJson;
import org.attune.data.Batch;
import org.attune.data.Dataset;
import org.attune.data.Example;
import org.attune.data.Target;
import org.attune.metric.Evaluation;
import org.attune.metric.RegressionMetrics;
import org.attune.models.Head;
import org.attune.models.Model;
import org.attune.models.ModelInput;
import org.attune.models.Pretrained;
import org.attune.nn.ActivationCount;
import org.attune.objective.CosineSimilarity;
import org.attune.tensor.DType;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;
import org.attune.text.Encoding;
import org.attune.text.Tokenizer;
import org.attune.train.Encoded;
import org.attune.train.TrainTask;

/**
 * Texts as vectors whose cosine says how alike they are (Reimers and Gurevych 2019): the mean of
 * the last hidden state over a text's tokens, scaled to length one. Learned from pairs with a
 * score.
 */
public final class SentenceEmbedding implements TrainTask<Model> {
  private static final double SHORTEST = 1e-12;
  private static final long INTERVAL_SEED = 0;

  private final Tokenizer tokenizer;
  private final double maxScore;
  private final CosineSimilarity objective = new CosineSimilarity();

  private SentenceEmbedding(Tokenizer tokenizer, double maxScore) {
    this.tokenizer = tokenizer;
    this.maxScore = maxScore;
  }

  /**
   * Embeddings of texts.
   *
   * @param maxScore the score of two texts that mean the same, such as 5 in STS-B; 0 is unrelated
   */
  public static SentenceEmbedding of(Tokenizer tokenizer, double maxScore) {
    return new SentenceEmbedding(tokenizer, maxScore);
  }

  public Tokenizer tokenizer() {
    return tokenizer;
  }

  /** The checkpoint's body. */
  public Model load(Checkpoint checkpoint) {
    return load(checkpoint, checkpoint.config(), 42).model();
  }

  /** As {@link #load(Checkpoint)}, with a config that may say another dropout. */
  public Pretrained.Loaded load(Checkpoint checkpoint, ConfigJson config, long seed) {
    Pretrained.Loaded loaded = Pretrained.load(checkpoint, Head.NONE, config, seed);
    TaskChecks.fit(tokenizer, loaded.model());
    return loaded;
  }

  /** Writes the model and its tokenizer, for {@link Predictor#open} and for transformers. */
  public void save(Model model, Path folder) {
    TaskFiles.save(model, tokenizer, folder);
  }

  /** Vectors of length one: [B, D]. */
  Tensor embed(Model model, Batch batch) {
    ModelInput input = Inference.input(batch);
    Tensor hidden = model.forward(input).to(DType.F32); // [B, T, D]
    Tensor mask =
        Tensors.ofLongs(batch.attentionMask(), batch.rows(), batch.length(), 1).to(DType.F32);
    Tensor mean = hidden.times(mask).sum(1).div(mask.sum(1)); // [B, D]
    Tensor length = mean.square().sum(1).sqrt().plus(SHORTEST).unsqueeze(1); // [B, 1]
    return mean.div(length);
  }

  // ---- training: rows 2i and 2i + 1 of a batch are the two texts of pair i

  private record EncodedPairs(
      List<Encoding> first, List<Encoding> second, List<Target> targets, int padId)
      implements Encoded {
    @Override
    public int size() {
      return first.size();
    }

    @Override
    public int length(int row) {
      return Math.max(first.get(row).length(), second.get(row).length());
    }

    @Override
    public Batch batch(int[] rows) {
      List<Encoding> texts = new ArrayList<>();
      List<Target> answers = new ArrayList<>();
      for (int row : rows) {
        texts.add(first.get(row));
        texts.add(second.get(row));
        answers.add(targets.get(row));
      }
      return Batch.of(texts, answers, padId, rows);
    }
  }

  @Override
  public List<String> metrics() {
    return RegressionMetrics.NAMES;
  }

  @Override
  public Encoded encode(Dataset data) {
    for (int i = 0; i < data.size(); i++) {
      boolean good =
          data.get(i).pair().isPresent()
              && data.get(i).target() instanceof Target.Score score
              && score.value() >= 0
              && score.value() <= maxScore;
      if (!good) {
        throw new AttuneException(
            "task: row "
                + (i + 1)
                + " of "
                + data.name()
                + " must have two texts and a score from 0 to "
                + maxScore
                + "; name the columns with text, text_pair and score, and the range with max_score");
      }
    }
    List<Example> examples = data.examples();
    return new EncodedPairs(
        tokenizer.encodeAll(examples.stream().map(Example::text).toList()),
        tokenizer.encodeAll(examples.stream().map(e -> e.pair().orElseThrow()).toList()),
        examples.stream().map(Example::target).toList(),
        tokenizer.padId());
  }

  @Override
  public Tensor loss(Model model, Batch batch) {
    int pairs = batch.targets().size();
    Tensor vectors = embed(model, batch).reshape(pairs, 2, -1); // [pairs, 2, D]
    float[] scores = new float[pairs];
    for (int i = 0; i < pairs; i++) {
      scores[i] = (float) (((Target.Score) batch.targets().get(i)).value() / maxScore);
    }
    return objective.sum(
        vectors.select(1, 0), vectors.select(1, 1), Tensors.ofFloats(scores, pairs));
  }

  @Override
  public Optional<ActivationCount> activations(
      Model model, long rows, long length, long decoderLength) {
    return Optional.of(model.activations(rows, length, decoderLength));
  }

  @Override
  public double weight(Batch batch) {
    return batch.targets().size();
  }

  /** How the cosines of pairs follow their scores. */
  @Override
  public Evaluation evaluate(Model model, Encoded data, int batchSize) {
    EncodedPairs pairs = (EncodedPairs) data;
    float[][] cosines =
        Inference.run(
            data,
            batchSize,
            batch -> {
              Tensor vectors = embed(model, batch).reshape(batch.targets().size(), 2, -1);
              return vectors.select(1, 0).times(vectors.select(1, 1)).sum(1);
            });
    double[] gold = new double[data.size()];
    double[] predicted = new double[data.size()];
    for (int i = 0; i < gold.length; i++) {
      gold[i] = ((Target.Score) pairs.targets.get(i)).value() / maxScore;
      predicted[i] = cosines[i][0];
    }
    return RegressionMetrics.evaluate(gold, predicted, INTERVAL_SEED);
  }

  /** One vector of length one a text, in their order. */
  public float[][] embed(Model model, List<String> texts, int batchSize) {
    List<Target> none = texts.stream().map(text -> (Target) new Target.None()).toList();
    List<Example> examples = new ArrayList<>();
    for (String text : texts) {
      examples.add(new Example(text, java.util.Optional.empty(), none.get(0)));
    }
    Dataset data = Dataset.of("texts", examples, org.attune.data.Labels.of(List.of()));
    return Inference.run(EncodedTexts.of(data, tokenizer), batchSize, batch -> embed(model, batch));
  }
}
