package org.attune.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.attune.UsageException;
import org.attune.checkpoint.ConfigJson;
import org.attune.generate.Generated;
import org.attune.generate.GenerationConfig;
import org.attune.generate.Generator;
import org.attune.generate.SpecialIds;
import org.attune.models.Model;
import org.attune.models.Pretrained;
import org.attune.tensor.Autocast;
import org.attune.tensor.DType;
import org.attune.tensor.Engine;
import org.attune.tensor.ProcessMemory;
import org.attune.tensor.Rng;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code attune bench generate}: tokens a second of a model with random weights. */
@Command(
    name = "generate",
    mixinStandardHelpOptions = true,
    description = {
      "Writes text with a random model of a given shape, no end token stopping it: new tokens a",
      "second of the best texts, as bench/generate.py counts them for transformers."
    },
    footer = {
      "",
      "Example:",
      "  attune bench generate --family t5 --beams 4 --batch-size 8 --precision bf16 --json"
    })
final class BenchGenerateCommand implements Callable<Integer> {
  @Option(names = "--family", description = "gpt2 or t5 (default: ${DEFAULT-VALUE}).")
  private String family = "gpt2";

  @Option(names = "--layers", description = "Of each stack (default: ${DEFAULT-VALUE}).")
  private int layers = 6;

  @Option(names = "--width", description = "Of the model (default: ${DEFAULT-VALUE}).")
  private int width = 512;

  @Option(names = "--heads", description = "Of attention (default: ${DEFAULT-VALUE}).")
  private int heads = 8;

  @Option(names = "--vocabulary", description = "Token ids (default: the family's own).")
  private int vocabulary;

  @Option(names = "--batch-size", description = "Prompts at a time (default: ${DEFAULT-VALUE}).")
  private int batch = 8;

  @Option(names = "--beams", description = "1 for greedy (default: ${DEFAULT-VALUE}).")
  private int beams = 1;

  @Option(names = "--prompt-tokens", description = "Of each prompt (default: ${DEFAULT-VALUE}).")
  private int promptTokens = 32;

  @Option(names = "--new-tokens", description = "Of each text (default: ${DEFAULT-VALUE}).")
  private int newTokens = 64;

  @Option(
      names = "--warm-up-seconds",
      description = "Untimed passes before, behind the first (default: ${DEFAULT-VALUE}).")
  private int warmUpSeconds = 8;

  @Option(names = "--repeats", description = "Timed passes (default: ${DEFAULT-VALUE}).")
  private int repeats = 3;

  @Option(names = "--precision", description = "fp32 or bf16 (default: ${DEFAULT-VALUE}).")
  private String precision = "fp32";

  @Mixin private Output output;

  @Override
  public Integer call() {
    boolean half = half();
    try (Model model = Pretrained.create(config())) {
      model.initialize(new Rng(1), model.initializerRange());
      if (half) {
        model.matricesTo(DType.BF16);
      }
      model.packMatrices();
      Generator generator = Generator.of(model).withRows(batch * beams);
      double first = pass(generator, model, half);
      long warm = System.nanoTime() + warmUpSeconds * 1_000_000_000L;
      while (System.nanoTime() < warm) { // the JIT compiles, and takes cores from the engine
        pass(generator, model, half);
      }
      double best = Double.POSITIVE_INFINITY;
      double sum = 0;
      for (int i = 0; i < repeats; i++) {
        double seconds = pass(generator, model, half);
        best = Math.min(best, seconds);
        sum += seconds;
      }
      print(first, sum / repeats, best);
      return 0;
    }
  }

  private boolean half() {
    return switch (precision) {
      case "fp32" -> false;
      case "bf16" -> true;
      default ->
          throw new UsageException(
              "bench: precision is '" + precision + "', expected fp32 or bf16");
    };
  }

  /** Seconds that one batch takes; every text has all its tokens. */
  private double pass(Generator generator, Model model, boolean half) {
    List<int[]> prompts =
        IntStream.range(0, batch).mapToObj(row -> prompt(row, model.vocabularySize())).toList();
    GenerationConfig settings =
        GenerationConfig.beams(beams, newTokens).withIds(SpecialIds.NONE.withDecoderStart(0));
    long start = System.nanoTime();
    List<List<Generated>> texts =
        half
            ? Autocast.bf16(() -> generator.generate(prompts, settings))
            : generator.generate(prompts, settings);
    double seconds = (System.nanoTime() - start) / 1e9;
    if (!texts.stream().allMatch(text -> text.get(0).tokenIds().length == newTokens)) {
      throw new IllegalStateException("a text ended early");
    }
    return seconds;
  }

  private int[] prompt(int row, int size) {
    return IntStream.range(0, promptTokens)
        .map(i -> 3 + new Rng(row).nextInt(size - 3, 0, 0, i))
        .toArray();
  }

  private ConfigJson config() {
    ConfigJson empty = ConfigJson.parse("{}").with("model_type", family);
    return switch (family) {
      case "gpt2" ->
          empty
              .with("architectures", List.of("GPT2LMHeadModel"))
              .with("n_layer", layers)
              .with("n_embd", width)
              .with("n_head", heads)
              .with("n_positions", promptTokens + newTokens)
              .with("vocab_size", vocabulary == 0 ? 50257 : vocabulary);
      case "t5" ->
          empty
              .with("architectures", List.of("T5ForConditionalGeneration"))
              .with("num_layers", layers)
              .with("d_model", width)
              .with("d_kv", width / heads)
              .with("d_ff", 4 * width)
              .with("num_heads", heads)
              .with("pad_token_id", 0)
              .with("eos_token_id", 1)
              .with("decoder_start_token_id", 0)
              .with("vocab_size", vocabulary == 0 ? 32128 : vocabulary);
      default -> throw new UsageException("bench: family is '" + family + "', expected gpt2 or t5");
    };
  }

  private void print(double first, double mean, double best) {
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("family", family);
    result.put("beams", beams);
    result.put("batch_size", batch);
    result.put("precision", precision);
    result.put("tokens_per_s", Math.round(batch * newTokens / mean * 10) / 10.0);
    result.put("best_tokens_per_s", Math.round(batch * newTokens / best * 10) / 10.0);
    result.put("first_pass_s", Math.round(first * 1000) / 1000.0);
    result.put("peak_rss_mb", ProcessMemory.peakBytes().orElse(0) >> 20);
    result.put("blas", Engine.blas());
    output.print(
        result, () -> result.forEach((key, value) -> System.out.printf("%-18s %s%n", key, value)));
  }
}
