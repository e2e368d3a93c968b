package org.attune.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.attune.UsageException;
import org.attune.data.Example;
import org.attune.data.Target;
import org.attune.recipe.Recipe;
import org.attune.recipe.Runner;
import org.attune.task.ClassPrediction;
import org.attune.task.Predictor;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code attune quickstart}: the built-in model on the built-in data, from start to prediction. */
@Command(
    name = "quickstart",
    mixinStandardHelpOptions = true,
    description = {
      "Fine-tunes the built-in model on the built-in data in about two minutes on two cores,",
      "evaluates it, saves it and predicts three examples with what was saved."
    },
    footer = {"", "Example:", "  attune quickstart --rows 2000"})
final class QuickstartCommand implements Callable<Integer> {
  private static final List<String> EXAMPLES =
      List.of(
          "a large wild cat with orange fur and black stripes",
          "a soup made with beans and vegetables",
          "the feeling of great happiness");

  @Option(names = "--rows", description = "Training rows (default: ${DEFAULT-VALUE}).")
  private int rows = 6000;

  @Option(names = "--output", description = "Where to save (default: ${DEFAULT-VALUE}).")
  private Path folder = Path.of("out", "quickstart");

  @Mixin private Output output;

  @Override
  public Integer call() {
    List<String> sets = new ArrayList<>();
    sets.add("data.train.limit=" + rows);
    sets.add("output=" + folder);
    Recipe recipe = Recipe.read(recipeFile(), sets);
    try (StopSignal stop = new StopSignal();
        TrainingProgress progress = new TrainingProgress()) {
      Runner.Result result =
          Runner.of(recipe).callback(progress).notes(Output::note).stopWhen(stop).run();
      if (result.stopped()) {
        Output.note(
            "stopped and saved; go on with: " + TrainCommand.again("train", recipeFile(), sets));
      } else {
        TrainCommand.print(result, output);
        if (!output.isJson()) {
          predict();
        }
      }
      return 0;
    }
  }

  private void predict() {
    System.out.println("\npredictions of the saved model");
    try (Predictor predictor = Predictor.open(folder.toString())) {
      List<Example> examples =
          EXAMPLES.stream()
              .map(text -> new Example(text, Optional.empty(), new Target.None()))
              .toList();
      List<ClassPrediction> predictions = predictor.classify(examples);
      for (int i = 0; i < EXAMPLES.size(); i++) {
        System.out.printf(
            Locale.ROOT,
            "  %-52s %s (%.2f)%n",
            EXAMPLES.get(i),
            predictions.get(i).label(),
            predictions.get(i).scores().get(0));
      }
    }
    System.out.println(
        "\nyour own data next: copy recipes/quickstart.yaml, name your file and columns in it, and"
            + " run attune train");
  }

  /** The launcher says where the project is; its recipes lie there. */
  private static Path recipeFile() {
    Path file = Path.of(System.getProperty("attune.home", "."), "recipes", "quickstart.yaml");
    if (!Files.exists(file)) {
      throw new UsageException(
          "quickstart: there is no " + file + "; run it with the project's ./attune");
    }
    return file;
  }
}
