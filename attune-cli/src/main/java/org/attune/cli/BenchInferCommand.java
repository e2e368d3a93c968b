package org.attune.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.attune.data.Dataset;
import org.attune.data.Example;
import org.attune.task.Predictor;
import org.attune.tensor.Engine;
import org.attune.tensor.ProcessMemory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code attune bench infer}: texts a second, in batches and one at a time. */
@Command(
    name = "infer",
    mixinStandardHelpOptions = true,
    description = "Predicts SST-2's test sentences: batches by length, then one by one.",
    footer = {"", "Example:", "  attune bench infer builtin:all-minilm-l6-v2 --data sst2 --json"})
final class BenchInferCommand implements Callable<Integer> {
  private static final int SINGLES = 200;

  @Parameters(paramLabel = "MODEL", description = "A folder, builtin:NAME or a hub name.")
  private String model;

  @Option(names = "--data", required = true, description = "Folder with stsa.binary.test.")
  private Path data;

  @Option(names = "--repeats", description = "Passes over the data (default: ${DEFAULT-VALUE}).")
  private int repeats = 3;

  @Mixin private Output output;

  @Override
  public Integer call() {
    long start = System.nanoTime();
    try (Predictor predictor = Predictor.open(model)) {
      Dataset test = BenchData.read(data, "test");
      List<Example> examples = test.examples();
      predictor.predict(examples.subList(0, 1), false);
      double first = (System.nanoTime() - start) / 1e9;
      predictor.predict(examples, false); // the JIT and the allocator warm up
      start = System.nanoTime();
      for (int i = 0; i < repeats; i++) {
        predictor.predict(examples, false);
      }
      double batched = (System.nanoTime() - start) / 1e9 / repeats;
      start = System.nanoTime();
      for (Example example : examples.subList(0, Math.min(SINGLES, examples.size()))) {
        predictor.predict(List.of(example), false);
      }
      double single = (System.nanoTime() - start) / 1e6 / Math.min(SINGLES, examples.size());
      Map<String, Object> result = new LinkedHashMap<>();
      result.put("examples", examples.size());
      result.put("examples_per_s", Math.round(examples.size() / batched * 10) / 10.0);
      result.put("single_ms", Math.round(single * 100) / 100.0);
      result.put("open_and_first_s", Math.round(first * 100) / 100.0);
      result.put("peak_rss_mb", ProcessMemory.peakBytes().orElse(0) >> 20);
      result.put("blas", Engine.blas());
      output.print(
          result,
          () -> result.forEach((key, value) -> System.out.printf("%-18s %s%n", key, value)));
      return 0;
    }
  }
}
