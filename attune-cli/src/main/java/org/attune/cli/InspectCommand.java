package org.attune.cli;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.attune.checkpoint.Checkpoint;
import org.attune.checkpoint.CheckpointSummary;
import org.attune.checkpoint.TensorEntry;
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
  @Parameters(paramLabel = "MODEL", description = "A folder, builtin:NAME or a hub name.")
  private String name;

  @Option(names = "--tensors", description = "List every tensor.")
  private boolean tensors;

  @Mixin private Output output;

  @Override
  public Integer call() {
    try (Checkpoint checkpoint = Checkpoint.open(name)) {
      CheckpointSummary summary = CheckpointSummary.of(checkpoint);
      String folder = checkpoint.folder().toString();
      output.print(map(summary, folder), () -> show(summary, folder));
      return 0;
    }
  }

  private Map<String, Object> map(CheckpointSummary summary, String folder) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("name", summary.name());
    map.put("folder", folder);
    map.put("model_type", summary.modelType());
    map.put("architectures", summary.architectures());
    map.put("parameters", summary.parameters());
    map.put("bytes", summary.bytes());
    map.put("bytes_by_type", summary.bytesByType());
    summary.tiedTo().ifPresent(tensor -> map.put("output_tied_to", tensor));
    map.put("labels", summary.labels());
    if (tensors) {
      map.put("tensors", summary.tensors().stream().map(InspectCommand::row).toList());
    }
    return map;
  }

  private void show(CheckpointSummary summary, String folder) {
    String types =
        summary.bytesByType().entrySet().stream()
            .map(type -> String.format(Locale.ROOT, "%,d of %s", type.getValue(), type.getKey()))
            .collect(Collectors.joining(", "));
    System.out.printf(
        Locale.ROOT,
        "%s: %s, %,d parameters in %d tensors, %,d bytes (%s)%n  %s%n",
        summary.name(),
        summary.architectures(),
        summary.parameters(),
        summary.tensors().size(),
        summary.bytes(),
        types,
        folder);
    summary.tiedTo().ifPresent(tensor -> System.out.println("  output layer tied to " + tensor));
    if (!summary.labels().isEmpty()) {
      System.out.println("  labels: " + String.join(", ", summary.labels()));
    }
    if (tensors) {
      summary.tensors().forEach(InspectCommand::show);
    }
  }

  private static Map<String, Object> row(TensorEntry tensor) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("name", tensor.name());
    row.put("dtype", tensor.dtype().name());
    row.put("shape", List.of(Arrays.stream(tensor.shape().toArray()).boxed().toArray()));
    return row;
  }

  private static void show(TensorEntry tensor) {
    System.out.printf("  %-60s %-5s %s%n", tensor.name(), tensor.dtype(), tensor.shape());
  }
}
