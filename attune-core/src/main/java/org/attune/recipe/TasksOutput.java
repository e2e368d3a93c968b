package org.attune.recipe;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.attune.checkpoint.AtomicFiles;
import org.attune.checkpoint.Checkpoint;
import org.attune.checkpoint.ModelCard;
import org.attune.metric.Evaluation;
import org.attune.metric.Score;
import org.attune.models.SharedBody;
import org.attune.task.TaskFiles;

/**
 * What a run of several tasks leaves behind: for each a folder with body, head and tokenizer, as if
 * it had been trained alone; metrics.json and, last, run.json beside them.
 */
final class TasksOutput {
  private static final int HEADLINE = 4;

  private final TasksRecipe recipe;
  private final Checkpoint base;
  private final TasksMaterials materials;

  TasksOutput(TasksRecipe recipe, Checkpoint base, TasksMaterials materials) {
    this.recipe = recipe;
    this.base = base;
    this.materials = materials;
  }

  /**
   * Writes all of it.
   *
   * @param shown what each task's model card says of it
   * @param measured on which examples
   * @param metrics for metrics.json
   */
  void write(
      SharedBody model,
      Map<String, Evaluation> shown,
      String measured,
      Map<String, Object> metrics) {
    for (String name : model.names()) {
      Path folder = recipe.output().resolve(name);
      TaskFiles.save(model.model(name), materials.tokenizer(), folder);
      AtomicFiles.write(
          folder.resolve("README.md"),
          card(name, model, Optional.ofNullable(shown.get(name)), measured).render());
    }
    AtomicFiles.write(recipe.output().resolve("metrics.json"), RunOutput.json(metrics));
    AtomicFiles.write(recipe.output().resolve("run.json"), RunOutput.json(record(metrics)));
  }

  private Map<String, Object> record(Map<String, Object> metrics) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("recipe", TasksWriter.map(recipe));
    map.put("base", Map.of("checkpoint", base.name(), "sha256", base.sha256()));
    map.put("data", materials.facts());
    map.put("environment", RunOutput.environment());
    map.put("metrics", metrics);
    return map;
  }

  private ModelCard card(
      String name, SharedBody model, Optional<Evaluation> shown, String measured) {
    TasksRecipe.TaskData task =
        recipe.tasks().stream().filter(t -> t.name().equals(name)).findFirst().orElseThrow();
    Map<String, Double> headline =
        shown.map(Evaluation::scores).orElse(Map.of()).values().stream()
            .limit(HEADLINE)
            .collect(Collectors.toMap(Score::name, Score::value, (a, b) -> a, LinkedHashMap::new));
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("trained_with", String.join(", ", model.names()));
    settings.put("how", recipe.kind().configName());
    settings.put("epochs", Integer.toString(recipe.train().epochs()));
    settings.put("batch_size", Integer.toString(recipe.train().batchSize()));
    settings.put("optimizer", recipe.optimizer().toString());
    settings.put("schedule", recipe.schedule().toString());
    settings.put("max_length", Integer.toString(recipe.maxLength()));
    settings.put("precision", recipe.model().precision().name().toLowerCase(Locale.ROOT));
    settings.put("seed", Long.toString(recipe.seed()));
    String data = RunOutput.publicName(task.train().path());
    return new ModelCard(
        name,
        base.name(),
        Recipe.Task.TEXT_CLASSIFICATION.configName(),
        data,
        model.model(name).config().labels(),
        headline,
        shown.map(evaluation -> new ModelCard.Measured("the " + measured + " set", data)),
        settings);
  }
}
