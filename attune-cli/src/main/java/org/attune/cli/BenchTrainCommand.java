package org.attune.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.attune.checkpoint.Checkpoint;
import org.attune.data.Dataset;
import org.attune.data.Sampler;
import org.attune.models.Model;
import org.attune.optim.AdamW;
import org.attune.optim.Schedule;
import org.attune.task.TextClassification;
import org.attune.tensor.DType;
import org.attune.tensor.Engine;
import org.attune.tensor.GemmPeak;
import org.attune.tensor.ProcessMemory;
import org.attune.train.Encoded;
import org.attune.train.Precision;
import org.attune.train.TrainReport;
import org.attune.train.Trainer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code attune bench train}: the counterpart of reference/hf_baseline.py. */
@Command(
    name = "train",
    mixinStandardHelpOptions = true,
    description = "Trains on SST-2 and reports examples a second, MFU and peak memory.",
    footer = {"", "Example:", "  attune bench train --data sst2 --limit 1600 --json"})
final class BenchTrainCommand implements Callable<Integer> {
  private static final int EVALUATION_BATCH = 64;

  @Option(names = "--model", description = "A folder, builtin:NAME or a hub name.")
  private String model = "builtin:all-minilm-l6-v2";

  @Option(
      names = "--data",
      required = true,
      description = "Folder with stsa.binary.train and stsa.binary.test.")
  private Path data;

  @Option(names = "--epochs", description = "Passes over the data (default: ${DEFAULT-VALUE}).")
  private int epochs = 1;

  @Option(names = "--batch-size", description = "Rows a step (default: ${DEFAULT-VALUE}).")
  private int batchSize = 32;

  @Option(names = "--lr", description = "Learning rate (default: ${DEFAULT-VALUE}).")
  private double lr = 5e-5;

  @Option(names = "--max-length", description = "Most tokens a row (default: ${DEFAULT-VALUE}).")
  private int maxLength = 128;

  @Option(names = "--seed", description = "Of the order and dropout (default: ${DEFAULT-VALUE}).")
  private long seed = 42;

  @Option(names = "--limit", description = "The first N training rows only; 0 for all.")
  private int limit;

  @Option(
      names = "--group-by-length",
      negatable = true,
      defaultValue = "true",
      fallbackValue = "true",
      description = "Rows of like length in a batch (default); otherwise any order.")
  private boolean groupByLength;

  @Option(names = "--precision", description = "auto, fp32 or bf16 (default: auto).")
  private Precision precision = Precision.AUTO;

  @Mixin private Output output;

  @Override
  public Integer call() {
    Dataset whole = BenchData.read(data, "train");
    Dataset train = limit > 0 ? whole.take(limit) : whole;
    Dataset test = BenchData.read(data, "test");
    try (Checkpoint checkpoint = Checkpoint.open(model)) {
      long start = System.nanoTime();
      TextClassification task =
          TextClassification.of(checkpoint.tokenizer().truncateTo(maxLength), train.labels());
      Encoded encoded = task.encode(train);
      double tokenise = seconds(start);
      try (Model classifier = task.load(checkpoint, checkpoint.config(), seed).model()) {
        return measure(task, classifier, train, test, encoded, tokenise);
      }
    }
  }

  private int measure(
      TextClassification task,
      Model classifier,
      Dataset train,
      Dataset test,
      Encoded encoded,
      double tokenise) {
    long start = System.nanoTime();
    TrainReport report =
        Trainer.of(classifier, task)
            .optimizer(new AdamW(lr, 0, 0.9, 0.999, 1e-8))
            .schedule(Schedule.linear(0))
            .epochs(epochs)
            .batchSize(batchSize)
            .seed(seed)
            .precision(precision)
            .sampler(groupByLength ? Sampler.lengthGrouped() : Sampler.random())
            .callback(output.isJson() ? new org.attune.train.Callback() {} : new TrainingProgress())
            .fit(train);
    double trained = seconds(start);
    classifier.train(false);
    Encoded encodedTest = task.encode(test);
    start = System.nanoTime();
    double accuracy =
        task.evaluate(classifier, encodedTest, EVALUATION_BATCH).scores().get("accuracy").value();
    double evaluated = seconds(start);
    DType type = report.precision() == Precision.BF16 ? DType.BF16 : DType.F32;
    double peak = GemmPeak.measure(type);
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("examples", train.size());
    result.put("train_s", round(trained, 100));
    result.put("examples_per_s", round(train.size() * epochs / trained, 10));
    result.put("tokens_per_s", Math.round(report.tokensPerSecond()));
    result.put("eval_examples_per_s", round(test.size() / evaluated, 10));
    result.put("test_accuracy", round(accuracy, 10_000));
    result.put("tokenise_s", round(tokenise, 100));
    result.put("peak_rss_mb", ProcessMemory.peakBytes().orElse(0) >> 20);
    result.put("gemm_peak_gflops", Math.round(peak));
    result.put("mfu", round(flops(classifier, encoded) * epochs / trained / peak / 1e9, 1000));
    result.put("precision", report.precision().name().toLowerCase(Locale.ROOT));
    result.put("blas", Engine.blas());
    output.print(
        result, () -> result.forEach((key, value) -> System.out.printf("%-20s %s%n", key, value)));
    return 0;
  }

  /** Of an epoch: the backward pass is two forward passes' work. */
  private static double flops(Model model, Encoded rows) {
    double forward = 0;
    for (int row = 0; row < rows.size(); row++) {
      forward += model.flops(rows.length(row), rows.length(row));
    }
    return 3 * forward;
  }

  private static double seconds(long start) {
    return (System.nanoTime() - start) / 1e9;
  }

  private static double round(double value, double unit) {
    return Math.round(value * unit) / unit;
  }
}
