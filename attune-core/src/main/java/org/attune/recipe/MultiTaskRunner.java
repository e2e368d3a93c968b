package org.attune.recipe;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.attune.checkpoint.Checkpoint;
import org.attune.data.Dataset;
import org.attune.data.MixingSampler;
import org.attune.metric.Evaluation;
import org.attune.models.SharedBody;
import org.attune.task.MultiTask;
import org.attune.train.Encoded;
import org.attune.train.TrainReport;
import org.attune.train.Trainer;

/** Learns several tasks at once: reads, trains, judges each, saves each. */
final class MultiTaskRunner extends TrainingJob {
  private static final int EVALUATION_BATCH = 64;

  private final TasksRecipe recipe;

  MultiTaskRunner(TasksRecipe recipe) {
    this.recipe = recipe;
  }

  @Override
  public Runner.Result run() {
    try (Checkpoint checkpoint = Checkpoint.open(recipe.model().checkpoint())) {
      TasksMaterials materials = TasksMaterials.read(recipe, checkpoint, notes());
      try (OutputFolder output = OutputFolder.open(recipe.output());
          SharedBody model = materials.model(recipe, checkpoint)) {
        return train(checkpoint, materials, model);
      }
    }
  }

  private Runner.Result train(Checkpoint checkpoint, TasksMaterials materials, SharedBody model) {
    MultiTask task = MultiTask.of(materials.tasks(), materials.train());
    tellShares(task);
    TrainReport report =
        trainer(model, task, materials)
            .fit(task.train(), digest(materials.train()), rows(task, materials.validation()));
    if (report.unfinished()) {
      return new Runner.Result(report, Optional.empty(), Optional.empty(), recipe.output());
    }
    model.train(false);
    var result =
        new Runner.Result(
            report,
            rows(task, materials.validation())
                .map(rows -> task.evaluate(model, rows, EVALUATION_BATCH)),
            rows(task, materials.test()).map(rows -> task.evaluate(model, rows, EVALUATION_BATCH)),
            recipe.output());
    write(checkpoint, materials, model, task, result);
    Trainer.tidy(recipe.output());
    return result;
  }

  /** How often each task comes up, which the recipe's rule does not say at a glance. */
  private void tellShares(MultiTask task) {
    double[] shares = recipe.mixing().shares(task.train().sizes());
    StringBuilder line = new StringBuilder("share of batches:");
    int i = 0;
    for (Map.Entry<String, Encoded> part : task.train().parts().entrySet()) {
      line.append(
          String.format(
              Locale.ROOT,
              " %s %.1f %% (%d rows)",
              part.getKey(),
              100 * shares[i++],
              part.getValue().size()));
    }
    notes().accept(line.toString());
  }

  private static String digest(Map<String, Dataset> data) {
    return data.entrySet().stream()
        .map(entry -> entry.getKey() + " " + entry.getValue().sha256())
        .collect(Collectors.joining(", "));
  }

  private static Optional<Encoded> rows(MultiTask task, Map<String, Dataset> data) {
    return data.isEmpty() ? Optional.empty() : Optional.of(task.rows(data));
  }

  private Trainer<SharedBody> trainer(SharedBody model, MultiTask task, TasksMaterials materials) {
    Trainer<SharedBody> trainer = resumable(model, task, recipe);
    recipe.train().applyTo(trainer, !materials.validation().isEmpty());
    return trainer.sampler(
        MixingSampler.ofBatches(
            task.train().sizes(),
            recipe.mixing(),
            recipe.train().order(),
            recipe.train().batchSize()));
  }

  private void write(
      Checkpoint checkpoint,
      TasksMaterials materials,
      SharedBody model,
      MultiTask task,
      Runner.Result result) {
    boolean tested = !materials.test().isEmpty();
    Map<String, Dataset> judged = tested ? materials.test() : materials.validation();
    Map<String, Evaluation> shown =
        judged.isEmpty() ? Map.of() : task.evaluateEach(model, task.rows(judged), EVALUATION_BATCH);
    Map<String, Object> metrics = new LinkedHashMap<>();
    result.test().ifPresent(evaluation -> metrics.put("test", evaluation.toMap()));
    result.validation().ifPresent(evaluation -> metrics.put("validation", evaluation.toMap()));
    metrics.put("training", result.training().toMap());
    new TasksOutput(recipe, checkpoint, materials)
        .write(model, shown, tested ? "test" : "validation", metrics);
  }
}
