package org.attune.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.attune.UsageException;
import org.attune.metric.TransferReport;
import org.attune.recipe.ContinualRunner;
import org.attune.recipe.Job;
import org.attune.recipe.Runner;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code attune continual}: tasks one after the other, and what of the first ones is left. */
@Command(
    name = "continual",
    mixinStandardHelpOptions = true,
    description =
        "Learns the tasks of a recipe one after the other and shows what each leaves of those before.",
    footer = {
      "",
      "Example:",
      "  attune continual recipes/continual.yaml --set continual.method=rehearsal",
      "Row i, column j of the table is the accuracy of task j once task i has been learned."
    })
final class ContinualCommand implements Callable<Integer> {
  @Parameters(paramLabel = "RECIPE", description = "A YAML recipe of task continual.")
  private Path recipe;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Overrides one key, such as continual.method=ewc. May be given several times.")
  private List<String> sets = List.of();

  @Mixin private Output output;

  @Override
  public Integer call() {
    if (!(Job.read(recipe, sets) instanceof ContinualRunner runner)) {
      throw new UsageException(
          "continual: "
              + recipe
              + " is a recipe of another task, expected 'task: continual'; run it with attune train");
    }
    try (StopSignal stop = new StopSignal();
        TrainingProgress progress = new TrainingProgress()) {
      Runner.Result result = runner.callback(progress).notes(Output::note).stopWhen(stop).run();
      if (runner.transfer().isEmpty()) {
        Output.note("stopped; a sequence of tasks starts from its beginning, nothing was saved");
      } else {
        print(runner.transfer().get(), result.output());
      }
      return 0;
    }
  }

  private void print(TransferReport report, Path folder) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("output", folder.toString());
    map.putAll(report.toMap());
    output.print(
        map,
        () -> {
          report.lines().forEach(System.out::println);
          System.out.println("models in " + folder);
        });
  }
}
