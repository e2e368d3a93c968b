package org.attune.recipe;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.attune.checkpoint.Checkpoint;
import org.attune.checkpoint.ConfigJson;
import org.attune.data.DataSource;
import org.attune.data.Dataset;
import org.attune.data.Labels;
import org.attune.data.Split;
import org.attune.models.Families;
import org.attune.models.SharedBody;
import org.attune.task.MultiTask;
import org.attune.task.TextClassification;
import org.attune.text.Tokenizer;

/**
 * What a recipe of several tasks became: data and task of each, by name and in order.
 *
 * @param tokenizer of all
 * @param validation of the tasks that have one
 * @param test of the tasks that have one
 */
record TasksMaterials(
    Tokenizer tokenizer,
    Map<String, TextClassification> tasks,
    Map<String, Dataset> train,
    Map<String, Dataset> validation,
    Map<String, Dataset> test) {

  static TasksMaterials read(TasksRecipe recipe, Checkpoint checkpoint, Consumer<String> notes) {
    Tokenizer whole = checkpoint.tokenizer();
    whole.warnings().forEach(notes);
    var materials =
        new TasksMaterials(
            whole.truncateTo(recipe.maxLength()),
            new LinkedHashMap<>(),
            new LinkedHashMap<>(),
            new LinkedHashMap<>(),
            new LinkedHashMap<>());
    recipe.tasks().forEach(task -> materials.add(task, recipe.seed()));
    return materials;
  }

  private void add(TasksRecipe.TaskData part, long seed) {
    Dataset all = Dataset.read(part.train()).forTraining();
    Labels labels = all.labels();
    Dataset learned = all;
    if (part.validationShare() > 0) {
      Split split = all.split(1 - part.validationShare(), seed);
      learned = split.train();
      validation.put(part.name(), split.validation());
    }
    train.put(part.name(), learned);
    tasks.put(part.name(), TextClassification.forData(tokenizer, all));
    part.validation().ifPresent(source -> validation.put(part.name(), read(source, labels)));
    part.test().ifPresent(source -> test.put(part.name(), read(source, labels)));
  }

  private static Dataset read(DataSource source, Labels labels) {
    return labels.size() > 0 ? Dataset.read(source, labels) : Dataset.read(source);
  }

  /** The checkpoint's body under a head for each task. */
  SharedBody model(TasksRecipe recipe, Checkpoint checkpoint) {
    Optional<Double> dropout = recipe.model().dropout();
    ConfigJson config = checkpoint.config();
    ConfigJson wanted =
        dropout.isPresent() ? Families.of(config).withDropout(config, dropout.get()) : config;
    return MultiTask.load(tasks, checkpoint, wanted, recipe.seed());
  }

  /** Rows and SHA-256 of each task's sets, for run.json. */
  Map<String, Object> facts() {
    Map<String, Object> facts = new LinkedHashMap<>();
    tasks
        .keySet()
        .forEach(
            name -> {
              Map<String, Object> sets = new LinkedHashMap<>();
              sets.put("train", RunOutput.fingerprint(train.get(name)));
              if (validation.containsKey(name)) {
                sets.put("validation", RunOutput.fingerprint(validation.get(name)));
              }
              if (test.containsKey(name)) {
                sets.put("test", RunOutput.fingerprint(test.get(name)));
              }
              facts.put(name, sets);
            });
    return facts;
  }
}
