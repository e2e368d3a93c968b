package org.attune.recipe;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.attune.UsageException;
import org.attune.checkpoint.Checkpoint;
import org.attune.data.Dataset;
import org.attune.data.Mixing;
import org.attune.data.MixingSampler;
import org.attune.data.Sampler;
import org.attune.metric.Evaluation;
import org.attune.metric.TransferReport;
import org.attune.models.SharedBody;
import org.attune.task.MultiTask;
import org.attune.task.TaskInformation;
import org.attune.tensor.Tensor;
import org.attune.train.ElasticWeights;
import org.attune.train.TrainReport;
import org.attune.train.Trainer;

/**
 * Learns tasks one after the other, each with a head of its own over one body, and measures after
 * each how good all of them are: what was forgotten, and what a method against it saves.
 */
public final class ContinualRunner extends TrainingJob {
  private static final int EVALUATION_BATCH = 64;
  private static final String METRIC = "accuracy";

  private final TasksRecipe recipe;
  private final ContinualPart method;
  private Optional<TransferReport> transfer = Optional.empty();

  ContinualRunner(TasksRecipe recipe) {
    this.recipe = recipe;
    this.method = recipe.continual();
  }

  /**
   * Not supported: a sequence of tasks starts from its beginning.
   *
   * @throws UsageException when it is wanted
   */
  @Override
  public ContinualRunner resume(boolean wanted) {
    if (wanted) {
      throw new UsageException("task continual cannot be resumed; run it again without --resume");
    }
    return this;
  }

  /** What came of it; empty before {@link #run}, and where the run was stopped. */
  public Optional<TransferReport> transfer() {
    return transfer;
  }

  @Override
  public Runner.Result run() {
    try (Checkpoint checkpoint = Checkpoint.open(recipe.model().checkpoint())) {
      TasksMaterials materials = TasksMaterials.read(recipe, checkpoint, notes());
      try (OutputFolder output = OutputFolder.open(recipe.output());
          SharedBody model = materials.model(recipe, checkpoint)) {
        return run(checkpoint, materials, model);
      }
    }
  }

  private Runner.Result run(Checkpoint checkpoint, TasksMaterials materials, SharedBody model) {
    ElasticWeights pull = pull();
    try {
      Map<String, Dataset> judged = judged(materials);
      List<Double> before = scores(evaluate(model, materials, judged));
      List<List<Double>> matrix = new ArrayList<>();
      Map<String, Evaluation> last = Map.of();
      List<TrainReport> reports = new ArrayList<>();
      for (int i = 0; i < model.names().size(); i++) {
        TrainReport report = learn(i, materials, model, pull);
        reports.add(report);
        if (report.unfinished()) {
          return new Runner.Result(report, Optional.empty(), Optional.empty(), recipe.output());
        }
        last = evaluate(model, materials, judged);
        matrix.add(scores(last));
        notes().accept("after " + model.names().get(i) + ": " + METRIC + " " + matrix.get(i));
      }
      var report = new TransferReport(model.names(), before, matrix);
      transfer = Optional.of(report);
      write(checkpoint, materials, model, last, report, reports);
      return new Runner.Result(
          reports.get(reports.size() - 1), Optional.empty(), Optional.empty(), recipe.output());
    } finally {
      pull.free();
    }
  }

  private ElasticWeights pull() {
    return switch (method.method()) {
      case EWC -> ElasticWeights.ewc(method.lambda());
      case EWC_ONLINE -> ElasticWeights.online(method.lambda(), method.decay());
      case L2_SP -> ElasticWeights.toStart(method.lambda());
      case NAIVE, REHEARSAL -> ElasticWeights.ewc(0);
    };
  }

  // ---- learning

  private TrainReport learn(
      int index, TasksMaterials materials, SharedBody model, ElasticWeights pull) {
    String name = model.names().get(index);
    MultiTask task = MultiTask.of(materials.tasks(), rows(index, materials, model.names()));
    notes().accept("task " + (index + 1) + ": " + name + ", " + task.train().size() + " rows");
    Trainer<SharedBody> trainer =
        trainer(model, task, recipe, recipe.output().resolve(name)).seed(recipe.seed() + index);
    recipe.train().applyTo(trainer, false);
    if (index > 0 && method.method() != ContinualPart.Method.REHEARSAL) {
      trainer.technique(pull);
    }
    TrainReport report = trainer.sampler(sampler(task)).fit(task.train(), name, Optional.empty());
    if (!report.unfinished()) {
      consolidate(name, materials, model, pull);
    }
    return report;
  }

  /** A task's rows, and those of the tasks before it that rehearsal kept. */
  private Map<String, Dataset> rows(int index, TasksMaterials materials, List<String> names) {
    Map<String, Dataset> rows = new LinkedHashMap<>();
    if (method.method() == ContinualPart.Method.REHEARSAL) {
      for (String earlier : names.subList(0, index)) {
        rows.put(earlier, materials.train().get(earlier).sample(method.buffer(), recipe.seed()));
      }
    }
    rows.put(names.get(index), materials.train().get(names.get(index)));
    return rows;
  }

  private Sampler sampler(MultiTask task) {
    return MixingSampler.ofBatches(
        task.train().sizes(),
        Mixing.proportional(),
        recipe.train().order(),
        recipe.train().batchSize());
  }

  /** Remembers what the task just learned needs. */
  private void consolidate(
      String name, TasksMaterials materials, SharedBody model, ElasticWeights pull) {
    switch (method.method()) {
      case NAIVE, REHEARSAL -> {
        // Nothing pulls: rehearsal has the rows themselves.
      }
      case L2_SP -> pull.anchor(model.body());
      case EWC, EWC_ONLINE -> {
        var task = materials.tasks().get(name);
        Map<String, Tensor> fisher =
            TaskInformation.of(
                model,
                model.model(name),
                model.body(),
                task,
                task.encode(materials.train().get(name)),
                method.fisherRows(),
                method.fisher(),
                recipe.seed());
        pull.consolidate(model.body(), fisher);
        fisher.values().forEach(Tensor::close);
      }
    }
  }

  // ---- judging

  private Map<String, Dataset> judged(TasksMaterials materials) {
    Map<String, Dataset> judged = new LinkedHashMap<>();
    materials
        .tasks()
        .keySet()
        .forEach(
            name ->
                judged.put(
                    name,
                    materials.test().containsKey(name)
                        ? materials.test().get(name)
                        : materials.validation().get(name)));
    return judged;
  }

  private static Map<String, Evaluation> evaluate(
      SharedBody model, TasksMaterials materials, Map<String, Dataset> judged) {
    model.train(false);
    MultiTask task = MultiTask.of(materials.tasks(), Map.of());
    return task.evaluateEach(model, task.rows(judged), EVALUATION_BATCH);
  }

  private static List<Double> scores(Map<String, Evaluation> evaluations) {
    return evaluations.entrySet().stream()
        .map(
            entry ->
                Optional.ofNullable(entry.getValue().scores().get(METRIC))
                    .orElseThrow(
                        () ->
                            new UsageException(
                                "continual: task "
                                    + entry.getKey()
                                    + " has no "
                                    + METRIC
                                    + "; continual learning is for one label a text"))
                    .value())
        .collect(Collectors.toList());
  }

  private void write(
      Checkpoint checkpoint,
      TasksMaterials materials,
      SharedBody model,
      Map<String, Evaluation> last,
      TransferReport report,
      List<TrainReport> reports) {
    Map<String, Object> metrics = new LinkedHashMap<>();
    metrics.put("transfer", report.toMap());
    Map<String, Object> tasks = new LinkedHashMap<>();
    last.forEach((name, evaluation) -> tasks.put(name, evaluation.toMap()));
    metrics.put("at_the_end", tasks);
    Map<String, Object> training = new LinkedHashMap<>();
    for (int i = 0; i < reports.size(); i++) {
      training.put(model.names().get(i), reports.get(i).toMap());
    }
    metrics.put("training", training);
    new TasksOutput(recipe, checkpoint, materials)
        .write(model, last, materials.test().isEmpty() ? "validation" : "test", metrics);
  }
}
