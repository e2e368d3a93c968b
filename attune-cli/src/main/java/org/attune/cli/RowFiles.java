package org.attune.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A model and two files: mixed into every command that answers rows with rows. */
final class RowFiles {
  @Parameters(paramLabel = "MODEL", description = "A folder, builtin:NAME or a hub name.")
  private String model;

  @Option(
      names = "--input",
      required = true,
      paramLabel = "FILE",
      description = "Rows: a JSON object on each line.")
  private Path input;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "FILE",
      description = "Where the answers go: a row for each, in their order.")
  private Path target;

  @Mixin private Output output;

  String model() {
    return model;
  }

  /** Answers all rows, a chunk at a time, and says how many. */
  void map(Function<List<JsonLines.Row>, List<?>> answer) {
    long rows = JsonLines.map(input, target, answer);
    output.print(
        Map.of("rows", rows, "output", target.toString()),
        () -> System.out.println(rows + " rows written to " + target));
  }
}
