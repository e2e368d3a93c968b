package org.attune.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.attune.recipe.Job;
import org.attune.recipe.Runner;
import org.attune.train.Start;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code attune train}: the main job. */
@Command(
    name = "train",
    mixinStandardHelpOptions = true,
    description =
        "Trains a model as a recipe says and writes it with its metrics to the output folder.",
    footer = {
      "",
      "Example:",
      "  attune train recipes/quickstart.yaml --set train.epochs=1 --set output=out/first",
      "A run.json of an earlier run is a recipe too and repeats it."
    })
final class TrainCommand implements Callable<Integer> {
  @Parameters(paramLabel = "RECIPE", description = "A YAML recipe, or the run.json of a run.")
  private Path recipe;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Overrides one key, such as train.epochs=1. May be given several times.")
  private List<String> sets = List.of();

  @Option(
      names = "--resume",
      description = "Goes on from the newest whole checkpoint in the output folder.")
  private boolean resume;

  @Option(
      names = "--dry-run",
      description = "Shows the plan and the memory it needs, and ends before the first step.")
  private boolean dryRun;

  @Option(names = "--force", description = "Begins even where the machine's memory will not do.")
  private boolean force;

  @Mixin private Output output;

  @Override
  public Integer call() {
    Job job = Job.read(recipe, sets);
    try (StopSignal stop = new StopSignal();
        TrainingProgress progress = new TrainingProgress()) {
      Runner.Result result =
          job.callback(progress)
              .notes(Output::note)
              .stopWhen(stop)
              .start(start())
              .resume(resume)
              .run();
      if (dryRun) {
        return 0;
      }
      if (result.stopped()) {
        Output.note("stopped and saved; go on with: " + again("train", recipe, sets));
      } else {
        print(result, output);
      }
      return 0;
    }
  }

  private Start start() {
    if (dryRun) {
      return Start.NOT_AT_ALL;
    }
    return force ? Start.ANYWAY : Start.IF_IT_FITS;
  }

  /** The command that goes on with a stopped run, fit to be pasted into a shell. */
  static String again(String command, Path file, List<String> sets) {
    StringBuilder line =
        new StringBuilder("attune ").append(command).append(' ').append(quoted(file.toString()));
    sets.forEach(set -> line.append(" --set ").append(quoted(set)));
    return line.append(" --resume").toString();
  }

  private static String quoted(String word) {
    return word.matches("[\\w./:=,@%+-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
  }

  static void print(Runner.Result result, Output output) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("output", result.output().toString());
    result.test().ifPresent(evaluation -> map.put("test", evaluation.toMap()));
    result.validation().ifPresent(evaluation -> map.put("validation", evaluation.toMap()));
    map.put("training", result.training().toMap());
    output.print(
        map,
        () -> {
          result.validation().ifPresent(evaluation -> Output.table("validation", evaluation));
          result.test().ifPresent(evaluation -> Output.table("test", evaluation));
          System.out.printf(
              Locale.ROOT,
              "%d steps, %.0f examples/s; model in %s%n",
              result.training().steps(),
              result.training().examplesPerSecond(),
              result.output());
        });
  }
}
