package org.attune.recipe;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.attune.UsageException;
import org.attune.data.DataSource;
import org.attune.data.Mixing;
import org.attune.optim.OptimizerSettings;
import org.attune.optim.Schedule;
import org.attune.train.Precision;

/**
 * A job of several text classifications over one body, each with a head of its own.
 *
 * @param kind at once, or one after the other
 * @param seed of splits, the order of rows, dropout and new weights
 * @param model what to start from
 * @param tasks in the order of learning
 * @param maxLength most tokens a text may have; longer ones are cut
 * @param mixing how often each task comes up, where they are learned at once
 * @param continual what is done against forgetting, where they are learned one after the other
 * @param train how long and in which steps; of each task, one after the other
 * @param optimizer how gradients change weights
 * @param schedule the learning rate over a run
 * @param output folder for a model of each task, metrics.json and run.json
 */
record TasksRecipe(
    Kind kind,
    long seed,
    Recipe.ModelPart model,
    List<TaskData> tasks,
    int maxLength,
    Mixing mixing,
    ContinualPart continual,
    Recipe.TrainPart train,
    OptimizerSettings optimizer,
    Schedule schedule,
    Path output)
    implements TrainingParts {
  @Override
  public Precision precision() {
    return model.precision();
  }

  /** How several tasks are learned. */
  enum Kind {
    /** All at once. */
    MULTI_TASK("multi-task"),
    /** One after the other. */
    CONTINUAL("continual");

    private final String configName;

    Kind(String configName) {
      this.configName = configName;
    }

    String configName() {
      return configName;
    }

    static Optional<Kind> of(String name) {
      return Arrays.stream(values()).filter(kind -> kind.configName.equals(name)).findFirst();
    }
  }

  /**
   * One task.
   *
   * @param name of its folder in the output, and of its metrics
   * @param train examples to learn from
   * @param validation examples to choose by, if they are a source of their own
   * @param validationShare of the training examples, where they are not; 0 for none
   * @param test examples to report on
   */
  record TaskData(
      String name,
      DataSource train,
      Optional<DataSource> validation,
      double validationShare,
      Optional<DataSource> test) {
    TaskData {
      if (!name.matches("[A-Za-z0-9][A-Za-z0-9_-]{0,63}")) {
        throw new UsageException(
            "'name' of a task is '"
                + name
                + "', expected letters, digits, - and _: it names a folder");
      }
    }

    boolean hasValidation() {
      return validation.isPresent() || validationShare > 0;
    }
  }

  TasksRecipe {
    tasks = List.copyOf(tasks);
    if (tasks.size() < 2) {
      throw new UsageException("'tasks' has " + tasks.size() + " entries, expected at least two");
    }
    Set<String> names = new HashSet<>();
    for (TaskData task : tasks) {
      if (!names.add(task.name())) {
        throw new UsageException("'tasks' has two of the name '" + task.name() + "'");
      }
    }
    if (train.keepBest().isPresent()
        && (kind == Kind.CONTINUAL || !tasks.stream().allMatch(TaskData::hasValidation))) {
      throw new UsageException(
          kind == Kind.CONTINUAL
              ? "'train.keep_best' is not for task continual: each task ends with its last weights"
              : "'train.keep_best' needs a 'validation' of every task");
    }
    if (kind == Kind.CONTINUAL
        && !tasks.stream().allMatch(task -> task.test().isPresent() || task.hasValidation())) {
      throw new UsageException(
          "task continual needs a 'test' or a 'validation' of every task, to see what is forgotten");
    }
    if (!model.layers().isEmpty()) {
      throw new UsageException("'model.layers' is not for task " + kind.configName());
    }
    if (!train.techniques().isEmpty()) {
      throw new UsageException(
          "'train.techniques' are not for task " + kind.configName() + "; leave them out");
    }
  }
}
