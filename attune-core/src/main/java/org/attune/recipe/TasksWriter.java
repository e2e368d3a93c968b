package org.attune.recipe;

import java.util.LinkedHashMap;
import java.util.Map;
import org.attune.data.Mixing;

/** A recipe of several tasks as plain maps; {@link TasksReader} reads it back. */
final class TasksWriter {
  private TasksWriter() {}

  static Map<String, Object> map(TasksRecipe recipe) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("task", recipe.kind().configName());
    map.put("seed", recipe.seed());
    map.put("model", RecipeWriter.model(recipe.model()));
    map.put("tasks", recipe.tasks().stream().map(TasksWriter::task).toList());
    map.put("max_length", recipe.maxLength());
    if (recipe.kind() == TasksRecipe.Kind.MULTI_TASK) {
      map.put("mixing", mixing(recipe.mixing()));
    } else {
      map.put("continual", recipe.continual().toMap());
    }
    map.put("train", RecipeWriter.train(recipe.train()));
    map.put("optimizer", OptimizerReader.map(recipe.optimizer()));
    map.put("schedule", RecipeWriter.schedule(recipe.schedule()));
    map.put("output", recipe.output().toString());
    return map;
  }

  private static Map<String, Object> task(TasksRecipe.TaskData task) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("name", task.name());
    map.put("train", RecipeWriter.source(task.train()));
    task.validation().ifPresent(source -> map.put("validation", RecipeWriter.source(source)));
    if (task.validationShare() > 0) {
      map.put("validation", task.validationShare());
    }
    task.test().ifPresent(source -> map.put("test", RecipeWriter.source(source)));
    return map;
  }

  static Map<String, Object> mixing(Mixing mixing) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("rates", mixing.kind().configName());
    map.put("temperature", mixing.temperature());
    map.put("cap", mixing.cap());
    return map;
  }
}
