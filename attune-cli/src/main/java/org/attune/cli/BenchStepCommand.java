package org.attune.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.attune.checkpoint.ConfigJson;
import org.attune.models.Families;
import org.attune.models.Head;
import org.attune.models.Model;
import org.attune.models.Pretrained;
import org.attune.optim.AdamW;
import org.attune.optim.Schedule;
import org.attune.tensor.DType;
import org.attune.tensor.GemmPeak;
import org.attune.tensor.ProcessMemory;
import org.attune.train.Callback;
import org.attune.train.MemoryForecast;
import org.attune.train.Precision;
import org.attune.train.Start;
import org.attune.train.Trainer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code attune bench step}: what a training step of a known shape costs, in time and memory. */
@Command(
    name = "step",
    mixinStandardHelpOptions = true,
    description = {
      "Trains a model of a published shape with random weights on random rows of one length, and"
          + " reports the time of a step and the peak memory of the process."
    },
    footer = {
      "",
      "Example:",
      "  attune bench step --shape bert-base --activation-checkpointing 1 --json"
    })
final class BenchStepCommand implements Callable<Integer> {
  /** Models that others measure too; dropout is 0.1 in all. */
  enum Shape {
    MINILM(
        Head.SEQUENCE_CLASSIFICATION,
        "{'model_type':'bert','vocab_size':30522,'hidden_size':384,'num_hidden_layers':6,"
            + "'num_attention_heads':12,'intermediate_size':1536}"),
    BERT_BASE(
        Head.SEQUENCE_CLASSIFICATION,
        "{'model_type':'bert','vocab_size':30522,'hidden_size':768,'num_hidden_layers':12,"
            + "'num_attention_heads':12,'intermediate_size':3072}"),
    GPT2(Head.CAUSAL_LM, "{'model_type':'gpt2','vocab_size':50257}"),
    T5_SMALL(
        Head.CONDITIONAL_GENERATION,
        "{'model_type':'t5','vocab_size':32128,'d_model':512,'d_kv':64,'d_ff':2048,"
            + "'num_layers':6,'num_heads':8}");

    private final Head head;
    private final String config;

    Shape(Head head, String config) {
      this.head = head;
      this.config = config.replace('\'', '"');
    }

    static Shape named(String name) {
      return valueOf(name.toUpperCase(Locale.ROOT).replace('-', '_'));
    }
  }

  @Option(
      names = "--shape",
      description = "minilm, bert-base, gpt2 or t5-small (default: ${DEFAULT-VALUE}).",
      converter = ShapeName.class,
      defaultValue = "bert-base")
  private Shape shape;

  /** Reads a shape's name as the help spells it. */
  static final class ShapeName implements picocli.CommandLine.ITypeConverter<Shape> {
    @Override
    public Shape convert(String value) {
      try {
        return Shape.named(value);
      } catch (IllegalArgumentException e) {
        throw new picocli.CommandLine.TypeConversionException(
            "'" + value + "' is no shape; known are minilm, bert-base, gpt2, t5-small");
      }
    }
  }

  @Option(names = "--batch-size", description = "Rows a step (default: ${DEFAULT-VALUE}).")
  private int batchSize = 32;

  @Option(names = "--accumulate", description = "Batches a step (default: ${DEFAULT-VALUE}).")
  private int accumulate = 1;

  @Option(names = "--length", description = "Tokens a row (default: ${DEFAULT-VALUE}).")
  private int length = 128;

  @Option(names = "--steps", description = "Steps to take (default: ${DEFAULT-VALUE}).")
  private int steps = 6;

  @Option(names = "--dropout", description = "Of everything (default: ${DEFAULT-VALUE}).")
  private double dropout = 0.1;

  @Option(names = "--precision", description = "auto, fp32, bf16 or fp16 (default: auto).")
  private Precision precision = Precision.AUTO;

  @Option(
      names = "--whole",
      description = "A batch goes through the model as one, as on a GPU, and not in parts.")
  private boolean whole;

  @Option(
      names = "--activation-checkpointing",
      description = "Computes the activations of so many layers at a time again; 0 for none.")
  private int checkpointing;

  @Option(
      names = "--optimizer-in-backward",
      description = "Steps each layer when its gradients are complete; without clipping.")
  private boolean optimizerInBackward;

  @Mixin private Output output;

  @Override
  public Integer call() {
    ConfigJson given = ConfigJson.parse(shape.config);
    ConfigJson config = Families.of(given).withDropout(given, dropout);
    int rows = batchSize * accumulate * steps;
    var seconds = new StepTimes();
    try (Model model = Pretrained.fresh(config, shape.head, 42)) {
      Trainer.of(model, new RandomRows(rows, length, model.vocabularySize(), !whole))
          .optimizer(AdamW.of(1e-4))
          .schedule(Schedule.constant(0))
          .epochs(1)
          .batchSize(batchSize)
          .accumulate(accumulate)
          .clipNorm(optimizerInBackward ? Double.POSITIVE_INFINITY : 1)
          .precision(precision)
          .activationCheckpointing(checkpointing)
          .optimizerInBackward(optimizerInBackward)
          .callback(seconds)
          .start(Start.ANYWAY)
          .fit(
              RandomRows.encoded(rows, length, model.vocabularySize()), "random", Optional.empty());
      report(model, seconds);
    }
    return 0;
  }

  private void report(Model model, StepTimes times) {
    double step = times.median();
    boolean decoder = shape.head == Head.CONDITIONAL_GENERATION;
    double flops = 3.0 * batchSize * accumulate * model.flops(length, decoder ? length : 0);
    double peak = GemmPeak.measure(times.precision == Precision.BF16 ? DType.BF16 : DType.F32);
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("shape", shape.name().toLowerCase(Locale.ROOT).replace('_', '-'));
    result.put("parameters", model.parameterCount());
    result.put("step_ms", Math.round(step * 1e3));
    result.put("tokens_per_s", Math.round(batchSize * accumulate * (double) length / step));
    result.put("peak_rss_mb", ProcessMemory.peakBytes().orElse(0) >> 20);
    times.forecast.ifPresent(f -> result.put("forecast_mb", f.peak() >> 20));
    result.put("mfu", Math.round(flops / step / peak / 1e9 * 1000) / 1000.0);
    result.put("precision", times.precision.configName());
    output.print(
        result, () -> result.forEach((key, value) -> System.out.printf("%-20s %s%n", key, value)));
  }

  /** How long each step took, by the clock between one's end and the next. */
  private static final class StepTimes implements Callback {
    private final List<Double> seconds = new ArrayList<>();
    private Precision precision = Precision.FP32;
    private Optional<MemoryForecast> forecast = Optional.empty();
    private long before;

    @Override
    public void onStart(Plan plan) {
      precision = plan.precision();
      forecast = plan.memory();
      before = System.nanoTime();
    }

    @Override
    public void onStep(Step step) {
      long now = System.nanoTime();
      seconds.add((now - before) / 1e9);
      before = now;
    }

    /** Without the first two, in which the JVM compiles. */
    double median() {
      double[] sorted =
          seconds.stream()
              .skip(Math.min(2, seconds.size() - 1))
              .mapToDouble(s -> s)
              .sorted()
              .toArray();
      return Arrays.stream(sorted).skip(sorted.length / 2).findFirst().orElseThrow();
    }
  }
}
