package org.attune.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.attune.checkpoint.Checkpoint;
import org.attune.checkpoint.Weights;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code attune inspect}: what is in a checkpoint. */
@Command(
    name = "inspect",
    mixinStandardHelpOptions = true,
    description = "Shows a checkpoint's architecture, labels and tensors without loading it.",
    footer = {"", "Example:", "  attune inspect builtin:all-minilm-l6-v2 --tensors"})
final class InspectCommand implements Callable<Integer> {
  @Parameters(paramLabel = "MODEL", description = "A folder or builtin:NAME.")
  private String name;

  @Option(names = "--tensors", description = "List every tensor.")
  private boolean tensors;

  @Mixin private Output output;

  @Override
  public Integer call() {
    try (Checkpoint checkpoint = Checkpoint.open(name)) {
      Weights weights = checkpoint.weights();
      long parameters = 0;
      long bytes = 0;
      List<Map<String, Object>> rows = new ArrayList<>();
      for (String tensor : weights.names()) {
        long numel = weights.shape(tensor).numel();
        parameters += numel;
        bytes += numel * weights.dtype(tensor).bytes();
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("name", tensor);
        row.put("dtype", weights.dtype(tensor).name());
        row.put("shape", weights.shape(tensor).toArray());
        rows.add(row);
      }
      Map<String, Object> summary = new LinkedHashMap<>();
      summary.put("name", checkpoint.name());
      summary.put("folder", checkpoint.folder().toString());
      summary.put("model_type", checkpoint.config().optionalString("model_type").orElse("unknown"));
      summary.put("architectures", checkpoint.config().strings("architectures"));
      summary.put("parameters", parameters);
      summary.put("bytes", bytes);
      summary.put("labels", checkpoint.config().labels());
      if (tensors) {
        summary.put("tensors", rows);
      }
      long total = parameters;
      long size = bytes;
      output.print(
          summary,
          () -> {
            System.out.printf(
                Locale.ROOT,
                "%s: %s, %,d parameters in %d tensors, %,d bytes%n  %s%n",
                checkpoint.name(),
                checkpoint.config().strings("architectures"),
                total,
                rows.size(),
                size,
                checkpoint.folder());
            if (tensors) {
              rows.forEach(InspectCommand::show);
            }
          });
      return 0;
    }
  }

  private static void show(Map<String, Object> row) {
    System.out.printf(
        "  %-60s %-5s %s%n",
        row.get("name"), row.get("dtype"), Arrays.toString((long[]) row.get("shape")));
  }
}
