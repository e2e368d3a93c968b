package org.attune.train;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Collectors;
import org.attune.data.Batch;
import org.attune.data.Dataset;
import org.attune.data.Example;
import org.attune.data.Labels;
import org.attune.data.Target;
import org.attune.metric.Evaluation;
import org.attune.metric.Score;
import org.attune.objective.CrossEntropy;
import org.attune.tensor.DType;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;
import org.attune.text.Encoding;

/** Rows of random ids whose class is the first id modulo the number of classes: easily learned. */
public final class TinyTask implements TrainTask<TinyClassifier> {
  private static final int LONGEST = 9;
  private final CrossEntropy objective = CrossEntropy.plain();
  private DoubleUnaryOperator tamper = call -> 1;
  private List<String> metrics = List.of();
  private boolean independent = true;
  private int calls;

  public static Dataset dataset(int rows) {
    var random = new Random(5);
    List<Example> examples = new ArrayList<>();
    for (int row = 0; row < rows; row++) {
      int[] ids = random.ints(1 + random.nextInt(LONGEST), 1, TinyClassifier.VOCABULARY).toArray();
      String text = Arrays.stream(ids).mapToObj(Integer::toString).collect(Collectors.joining(" "));
      examples.add(
          new Example(text, Optional.empty(), new Target.Single(ids[0] % TinyClassifier.CLASSES)));
    }
    return Dataset.of("tiny", examples, Labels.of(List.of("zero", "one", "two")));
  }

  /** The same texts with other labels: the more is learned of the one, the worse the other. */
  static Dataset contradiction(int rows) {
    Dataset data = dataset(rows);
    List<Example> examples = new ArrayList<>();
    for (Example example : data.examples()) {
      int label = ((Target.Single) example.target()).label();
      examples.add(
          new Example(
              example.text(),
              example.pair(),
              new Target.Single((label + 1) % TinyClassifier.CLASSES)));
    }
    return Dataset.of("contradiction", examples, data.labels());
  }

  /** Replaces the loss of the n-th call by NaN. */
  static TinyTask withNanAt(int call) {
    return withLossTimes(Double.NaN, call);
  }

  /** Multiplies the loss of the n-th call. */
  static TinyTask withLossTimes(double factor, int call) {
    var task = new TinyTask();
    task.tamper = index -> index == call ? factor : 1;
    return task;
  }

  /** Must see each batch whole. */
  static TinyTask withRowsThatDepend() {
    var task = new TinyTask();
    task.independent = false;
    return task;
  }

  /** How many losses were asked for. */
  int losses() {
    return calls;
  }

  @Override
  public boolean rowsAreIndependent() {
    return independent;
  }

  /** Says beforehand what it measures. */
  static TinyTask measuring(String... metrics) {
    var task = new TinyTask();
    task.metrics = List.of(metrics);
    return task;
  }

  @Override
  public List<String> metrics() {
    return metrics;
  }

  @Override
  public Encoded encode(Dataset data) {
    return new Rows(data);
  }

  @Override
  public Tensor loss(TinyClassifier model, Batch batch) {
    Tensor sum = objective.sum(logits(model, batch), labels(batch));
    double factor = tamper.applyAsDouble(calls++);
    return factor == 1 ? sum : sum.times(factor);
  }

  @Override
  public double weight(Batch batch) {
    return objective.weight(labels(batch));
  }

  @Override
  public Evaluation evaluate(TinyClassifier model, Encoded data, int batchSize) {
    int right = 0;
    double loss = 0;
    for (int row = 0; row < data.size(); row++) {
      Batch batch = data.batch(new int[] {row});
      Tensor logits = logits(model, batch);
      right += logits.argmax(1).item() == label(batch.targets().get(0)) ? 1 : 0;
      loss += objective.sum(logits, labels(batch)).item();
    }
    double accuracy = (double) right / data.size();
    return new Evaluation(
        Map.of(
            "accuracy", new Score("accuracy", accuracy, accuracy, accuracy),
            "loss", new Score("loss", loss / data.size(), 0, 0)),
        data.size());
  }

  private static Tensor logits(TinyClassifier model, Batch batch) {
    Tensor ids = Tensors.ofLongs(batch.inputIds(), batch.rows(), batch.length());
    Tensor mask = Tensors.ofLongs(batch.attentionMask(), batch.rows(), batch.length());
    return model.forward(ids, mask.to(DType.F32));
  }

  private static Tensor labels(Batch batch) {
    long[] labels = batch.targets().stream().mapToLong(TinyTask::label).toArray();
    return Tensors.ofLongs(labels, labels.length);
  }

  private static int label(Target target) {
    return ((Target.Single) target).label();
  }

  private record Rows(Dataset data) implements Encoded {
    @Override
    public int size() {
      return data.size();
    }

    @Override
    public int length(int row) {
      return encoding(row).length();
    }

    @Override
    public Batch batch(int[] rows) {
      return Batch.of(
          Arrays.stream(rows).mapToObj(this::encoding).toList(),
          Arrays.stream(rows).mapToObj(row -> data.get(row).target()).toList(),
          0,
          rows);
    }

    private Encoding encoding(int row) {
      int[] ids =
          Arrays.stream(data.get(row).text().split(" ")).mapToInt(Integer::parseInt).toArray();
      int[] none = new int[ids.length];
      return new Encoding(ids, none, none, none, none, none, ids.length);
    }
  }
}
