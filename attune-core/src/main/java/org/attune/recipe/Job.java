package org.attune.recipe;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.attune.UsageException;
import org.attune.train.Callback;
import org.attune.train.Start;

/** A recipe of any task, read and ready to run. */
public interface Job {
  /**
   * Reads a recipe or a run.json.
   *
   * @param sets overrides such as {@code train.epochs=1}
   * @throws UsageException naming file, line and key of the first mistake
   */
  static Job read(Path file, List<String> sets) {
    Section root = RecipeReader.root(file, sets);
    String task = root.choice("task", root.requiredText("task"), tasks());
    Optional<TasksRecipe.Kind> several = TasksRecipe.Kind.of(task);
    if (several.isPresent()) {
      TasksRecipe recipe = TasksReader.recipe(root);
      return several.get() == TasksRecipe.Kind.CONTINUAL
          ? new ContinualRunner(recipe)
          : new MultiTaskRunner(recipe);
    }
    return LanguageRecipe.Task.of(task).isPresent()
        ? new LanguageRunner(LanguageReader.recipe(root))
        : Runner.of(RecipeReader.recipe(root));
  }

  /** Names of all tasks. */
  static List<String> tasks() {
    return Stream.of(
            Arrays.stream(Recipe.Task.values()).map(Recipe.Task::configName),
            Arrays.stream(TasksRecipe.Kind.values()).map(TasksRecipe.Kind::configName),
            Arrays.stream(LanguageRecipe.Task.values()).map(LanguageRecipe.Task::configName))
        .flatMap(names -> names)
        .toList();
  }

  /** Watches the training. */
  Job callback(Callback watcher);

  /** Told, one line each, what the user should know. */
  Job notes(Consumer<String> listener);

  /** Asked before each step whether to save and end. */
  Job stopWhen(BooleanSupplier isWanted);

  /** Goes on from the newest checkpoint in the output folder. */
  Job resume(boolean wanted);

  /** Whether to begin; by default only where memory will do. */
  Job start(Start how);

  /**
   * The run.
   *
   * @throws org.attune.AttuneException before any step is taken where the model or the data are
   *     missing or unfit, or the output folder cannot be written
   */
  Runner.Result run();
}
