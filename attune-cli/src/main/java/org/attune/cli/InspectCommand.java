package org.attune.cli;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
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
  @Parameters(paramLabel = "MODEL", description = "A folder or builtin:NAME.")
  private String name;

  @Option(names = "--tensors", description = "List every tensor.")
  private boolean tensors;

  @Mixin private Output output;

  @Override
  public Integer call() {
    try (Checkpoint checkpoint = Checkpoint.open(name)) {
      CheckpointSummary summary = CheckpointSummary.of(checkpoint);
      output.print(json(checkpoint, summary), () -> print(checkpoint, summary));
      return 0;
    }
  }

  private Map<String, Object> json(Checkpoint checkpoint, CheckpointSummary summary) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", summary.name());
    json.put("folder", checkpoint.folder().toString());
    json.put("model_type", summary.modelType());
    json.put("architectures", summary.architectures());
    json.put("parameters", summary.parameters());
    json.put("bytes", summary.bytes());
    json.put("bytes_by_dtype", summary.bytesByType());
    summary.tiedTo().ifPresent(tensor -> json.put("tied_to", tensor));
    json.put("labels", summary.labels());
    if (tensors) {
      json.put("tensors", summary.tensors().stream().map(InspectCommand::row).toList());
    }
    return json;
  }

  private static Map<String, Object> row(TensorEntry tensor) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("name", tensor.name());
    row.put("dtype", tensor.dtype().name());
    row.put("shape", tensor.shape().toArray());
    return row;
  }

  private void print(Checkpoint checkpoint, CheckpointSummary summary) {
    System.out.printf(
        Locale.ROOT,
        "%s: %s, %,d parameters in %d tensors, %,d bytes %s%n  %s%n",
        summary.name(),
        summary.architectures(),
        summary.parameters(),
        summary.tensors().size(),
        summary.bytes(),
        summary.bytesByType().keySet(),
        checkpoint.folder());
    summary
        .tiedTo()
        .ifPresent(tensor -> System.out.println("  the output layer is tied to " + tensor));
    if (tensors) {
      summary.tensors().forEach(InspectCommand::show);
    }
  }

  private static void show(TensorEntry tensor) {
    System.out.printf("  %-60s %-5s %s%n", tensor.name(), tensor.dtype(), tensor.shape());
  }
}
