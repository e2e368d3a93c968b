package org.attune.task;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.attune.UsageException;
import org.attune.checkpoint.Checkpoint;
import org.attune.checkpoint.ConfigJson;
import org.attune.data.Batch;
import org.attune.data.Dataset;
import org.attune.metric.Evaluation;
import org.attune.metric.Score;
import org.attune.models.Model;
import org.attune.models.SharedBody;
import org.attune.tensor.Tensor;
import org.attune.train.Encoded;
import org.attune.train.TrainTask;

/**
 * Several text classifications at once, each with a head of its own over one body. Every batch is
 * of one task; its loss is that task's.
 *
 * <p>Metrics are those of each task as {@code TASK/METRIC}, and under its plain name the mean over
 * the tasks of a metric that all of them measure.
 */
public final class MultiTask implements TrainTask<SharedBody> {
  private final Map<String, TextClassification> tasks;
  private final TaskRows train;

  private MultiTask(Map<String, TextClassification> tasks, TaskRows train) {
    this.tasks = new LinkedHashMap<>(tasks);
    this.train = train;
  }

  /**
   * Tasks and the rows they learn from.
   *
   * @param train for some or all of the tasks
   */
  public static MultiTask of(Map<String, TextClassification> tasks, Map<String, Dataset> train) {
    List<String> unknown =
        train.keySet().stream().filter(name -> !tasks.containsKey(name)).toList();
    if (!unknown.isEmpty()) {
      throw new UsageException("multi-task: there is data for " + unknown + ", which are no tasks");
    }
    return new MultiTask(tasks, rows(tasks, train));
  }

  /** Tokenizes each task's data. */
  private static TaskRows rows(Map<String, TextClassification> tasks, Map<String, Dataset> data) {
    Map<String, Encoded> rows = new LinkedHashMap<>();
    data.forEach((name, set) -> rows.put(name, tasks.get(name).encode(set)));
    return new TaskRows(rows);
  }

  /**
   * The checkpoint's body, once, under a new head for each task.
   *
   * @param config the checkpoint's, perhaps with another dropout
   * @param seed of the heads' weights
   */
  public static SharedBody load(
      Map<String, TextClassification> tasks, Checkpoint checkpoint, ConfigJson config, long seed) {
    Map<String, Model> models = new LinkedHashMap<>();
    tasks.forEach((name, task) -> models.put(name, task.load(checkpoint, config, seed).model()));
    return new SharedBody(models);
  }

  /** The training rows. */
  public TaskRows train() {
    return train;
  }

  /** Rows to judge by, of some or all of the tasks. */
  public TaskRows rows(Map<String, Dataset> data) {
    return rows(tasks, data);
  }

  @Override
  public String fingerprint() {
    return tasks.entrySet().stream()
        .map(entry -> entry.getKey() + ": " + entry.getValue().fingerprint())
        .collect(Collectors.joining(", ", "multi-task(", ")"));
  }

  /** Not supported: a data set does not say which task it is for; see {@link #rows}. */
  @Override
  public Encoded encode(Dataset data) {
    throw new UsageException(
        "multi-task: " + data.name() + " does not say which task it is for; use rows(..)");
  }

  @Override
  public Tensor loss(SharedBody model, Batch batch) {
    String name = train.task(batch.index()[0]);
    return tasks.get(name).loss(model.model(name), batch);
  }

  @Override
  public double weight(Batch batch) {
    return tasks.get(train.task(batch.index()[0])).weight(batch);
  }

  // ---- evaluation

  @Override
  public List<String> metrics() {
    List<String> all = new ArrayList<>(common());
    tasks.forEach((name, task) -> task.metrics().forEach(metric -> all.add(name + "/" + metric)));
    return all;
  }

  /** Metrics that all tasks measure. */
  private List<String> common() {
    List<String> common = new ArrayList<>(tasks.values().iterator().next().metrics());
    tasks.values().forEach(task -> common.retainAll(task.metrics()));
    return common;
  }

  @Override
  public Evaluation evaluate(SharedBody model, Encoded data, int batchSize) {
    return join(evaluateEach(model, (TaskRows) data, batchSize));
  }

  /** How good each task's head is on its own rows. */
  public Map<String, Evaluation> evaluateEach(SharedBody model, TaskRows data, int batchSize) {
    Map<String, Evaluation> each = new LinkedHashMap<>();
    data.parts()
        .forEach(
            (name, rows) ->
                each.put(name, tasks.get(name).evaluate(model.model(name), rows, batchSize)));
    return each;
  }

  private Evaluation join(Map<String, Evaluation> each) {
    Map<String, Score> scores = new LinkedHashMap<>();
    for (String metric : common()) {
      List<Score> all =
          each.values().stream()
              .filter(evaluation -> evaluation.scores().containsKey(metric))
              .map(evaluation -> evaluation.scores().get(metric))
              .toList();
      if (all.size() == each.size()) {
        scores.put(metric, mean(metric, all));
      }
    }
    Map<String, String> undefined = new LinkedHashMap<>();
    each.forEach(
        (name, evaluation) -> {
          evaluation
              .scores()
              .forEach(
                  (metric, score) -> {
                    String full = name + "/" + metric;
                    scores.put(full, new Score(full, score.value(), score.low(), score.high()));
                  });
          evaluation
              .undefined()
              .forEach((metric, reason) -> undefined.put(name + "/" + metric, reason));
        });
    long examples = each.values().stream().mapToLong(Evaluation::examples).sum();
    return new Evaluation(scores, examples, undefined);
  }

  /** The interval's ends are means too, which is wider than the mean's own interval. */
  private static Score mean(String metric, List<Score> scores) {
    return new Score(
        metric,
        scores.stream().mapToDouble(Score::value).average().orElseThrow(),
        scores.stream().mapToDouble(Score::low).average().orElseThrow(),
        scores.stream().mapToDouble(Score::high).average().orElseThrow());
  }
}
