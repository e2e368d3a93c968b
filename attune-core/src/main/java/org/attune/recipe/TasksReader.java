package org.attune.recipe;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.attune.data.Mixing;
import org.attune.optim.OptimizerSettings;
import org.attune.optim.Schedule;

/** Reads recipes of several tasks: every key is named here once, with default and range. */
final class TasksReader {
  private static final int MANY = 1 << 30;

  private TasksReader() {}

  static TasksRecipe recipe(Section root) {
    TasksRecipe.Kind kind = TasksRecipe.Kind.of(root.requiredText("task")).orElseThrow();
    Recipe.ModelPart model = RecipeReader.model(root.required("model"));
    List<TasksRecipe.TaskData> tasks = tasks(root);
    int maxLength = root.integer("max_length", 128, 2, 1 << 20);
    Mixing mixing =
        kind == TasksRecipe.Kind.MULTI_TASK
            ? root.section("mixing").map(TasksReader::mixing).orElse(Mixing.proportional())
            : Mixing.proportional();
    ContinualPart continual =
        kind == TasksRecipe.Kind.CONTINUAL
            ? root.section("continual").map(ContinualPart::read).orElse(ContinualPart.naive())
            : ContinualPart.naive();
    Recipe.TrainPart train = RecipeReader.trainOf(root);
    OptimizerSettings optimizer = OptimizerReader.read(root);
    Schedule schedule = RecipeReader.scheduleOf(root);
    Path output = Path.of(root.requiredText("output"));
    int seed = root.integer("seed", 42, 0, MANY);
    root.finish();
    return root.locate(
        () ->
            new TasksRecipe(
                kind, seed, model, tasks, maxLength, mixing, continual, train, optimizer, schedule,
                output));
  }

  private static List<TasksRecipe.TaskData> tasks(Section root) {
    YamlNode node =
        root.node("tasks")
            .orElseThrow(() -> new RecipeMistake(root.where(), "'tasks' is missing: a list"));
    if (!(node.value() instanceof List<?> list)) {
      throw new RecipeMistake(node.where(), "'tasks' must be a list of data with a name each");
    }
    List<TasksRecipe.TaskData> tasks = new ArrayList<>();
    for (Object item : list) {
      tasks.add(task(new Section("tasks", (YamlNode) item)));
    }
    return tasks;
  }

  private static TasksRecipe.TaskData task(Section section) {
    boolean share =
        section.node("validation").filter(node -> node.value() instanceof String).isPresent();
    TasksRecipe.TaskData task =
        section.locate(
            () ->
                new TasksRecipe.TaskData(
                    section.requiredText("name"),
                    RecipeReader.source(section.required("train")),
                    share
                        ? Optional.empty()
                        : section.section("validation").map(RecipeReader::source),
                    share ? section.number("validation", 0, 0, 0.9) : 0,
                    section.section("test").map(RecipeReader::source)));
    section.finish();
    return task;
  }

  /** How often each of several data sets comes up. */
  static Mixing mixing(Section section) {
    List<String> kinds = Arrays.stream(Mixing.Kind.values()).map(Mixing.Kind::configName).toList();
    Mixing mixing =
        section.locate(
            () ->
                new Mixing(
                    Mixing.Kind.valueOf(
                        section.choice("rates", "proportional", kinds).toUpperCase(Locale.ROOT)),
                    section.number("temperature", 2, 1, 1e9),
                    section.integer("cap", Integer.MAX_VALUE, 1, Integer.MAX_VALUE)));
    section.finish();
    return mixing;
  }
}
