package org.attune.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.attune.AttuneException;
import org.attune.UsageException;
import org.attune.generate.Generated;
import org.attune.generate.GenerationConfig;
import org.attune.generate.TextGenerator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code attune generate}: texts behind prompts. */
@Command(
    name = "generate",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Writes behind prompts: rows {\"prompt\"}, {\"messages\"} or {\"input_ids\"} in,",
      "{\"text\", \"token_ids\"} out, in their order; or one --prompt, shown as it is",
      "written. token_ids are the new tokens, of an encoder-decoder the decoder's",
      "whole sequence. Settings are those of the model's generation_config.json,",
      "options overrule them."
    },
    footer = {
      "",
      "Examples:",
      "  attune generate out/stories --prompt \"Once upon a time\" --do-sample --top-p 0.9 --seed 7",
      "  attune generate google-t5/t5-small --input articles.jsonl --output summaries.jsonl --beams 4",
      "  attune generate HuggingFaceTB/SmolLM2-135M-Instruct --chat --prompt \"What is a lobster?\""
    })
final class GenerateCommand implements Callable<Integer> {
  /** Rows between two reports of progress, and of a batch sorted by length. */
  private static final int BATCHES_A_REPORT = 256;

  @Parameters(paramLabel = "MODEL", description = "A folder, builtin:NAME or a hub name.")
  private String name;

  @Option(names = "--input", paramLabel = "FILE", description = "JSON lines with prompts.")
  private Path input;

  @Option(names = "--output", paramLabel = "FILE", description = "Where the texts go.")
  private Path target;

  @Option(names = "--prompt", paramLabel = "TEXT", description = "One prompt; shows the text.")
  private String prompt;

  @Option(
      names = "--batch-size",
      paramLabel = "N",
      description = "Rows at a time, prompts times beams (default: ${DEFAULT-VALUE}).")
  private int batchSize = 32;

  @Option(names = "--precision", description = "fp32 or bf16 (default: ${DEFAULT-VALUE}).")
  private String precision = "fp32";

  @Mixin private PromptOptions prompts;

  @Mixin private GenerationOptions options;

  @Mixin private Output output;

  @Override
  public Integer call() {
    boolean talk = prompts.isChat() && prompt == null && input == null && !output.isJson();
    boolean both = prompt != null && input != null;
    boolean neither = prompt == null && input == null;
    if (both || (neither && !talk) || (input == null) != (target == null)) {
      throw new UsageException("generate: give --input and --output, or --prompt, or --chat alone");
    }
    prompts.check();
    try (TextGenerator writer = TextGenerator.open(name, half())) {
      writer.warnings().forEach(Output::note);
      GenerationConfig config = prompts.lengthened(options.over(writer.settings()));
      prompts.warn(writer, config);
      if (talk) {
        new ChatSession(writer, prompts, config).run(System.in, GenerateCommand::show);
        return 0;
      }
      return prompt == null ? file(writer, config) : one(writer, config);
    }
  }

  private boolean half() {
    return switch (precision) {
      case "fp32" -> false;
      case "bf16" -> true;
      default ->
          throw new UsageException(
              "generate: precision is '" + precision + "', expected fp32 or bf16");
    };
  }

  // ---- one prompt

  private static void show(String piece) {
    System.out.print(piece);
    System.out.flush();
  }

  private int one(TextGenerator writer, GenerationConfig config) {
    boolean shown =
        config.beams().numBeams() == 1 && config.numReturnSequences() == 1 && !output.isJson();
    if (shown) {
      writer.stream(prompts.ids(writer, prompt), config, GenerateCommand::show, () -> false);
      System.out.println();
      return 0;
    }
    List<Generated> texts =
        writer.generate(List.of(prompts.ids(writer, prompt)), config, () -> false).get(0);
    output.print(
        row(writer, config, texts),
        () -> texts.forEach(text -> System.out.println(writer.decode(text.tokenIds()))));
    return 0;
  }

  // ---- a file

  private int file(TextGenerator writer, GenerationConfig config) {
    long start = System.nanoTime();
    long[] tokens = new long[1];
    long[] done = new long[1];
    long rows =
        JsonLines.map(
            input,
            target,
            chunk -> {
              List<Map<String, Object>> answers = new ArrayList<>();
              for (int from = 0; from < chunk.size(); from += BATCHES_A_REPORT) {
                List<JsonLines.Row> some =
                    chunk.subList(from, Math.min(chunk.size(), from + BATCHES_A_REPORT));
                for (List<Generated> texts : texts(writer, config, some)) {
                  answers.add(row(writer, config, texts));
                  tokens[0] += texts.stream().mapToInt(text -> text.tokenIds().length).sum();
                }
                done[0] += some.size();
                report(done[0], tokens[0], start);
              }
              return answers;
            });
    double seconds = (System.nanoTime() - start) / 1e9;
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("rows", rows);
    result.put("tokens", tokens[0]);
    result.put("tokens_per_s", Math.round(tokens[0] / seconds * 10) / 10.0);
    result.put("output", target.toString());
    output.print(
        result,
        () -> System.out.println(rows + " rows, " + tokens[0] + " tokens written to " + target));
    return 0;
  }

  private static void report(long rows, long tokens, long start) {
    if (Terminal.isInteractive()) {
      double seconds = (System.nanoTime() - start) / 1e9;
      System.err.printf(
          Locale.ROOT,
          "\rattune: %d rows, %d tokens, %.0f tokens/s",
          rows,
          tokens,
          tokens / seconds);
      System.err.flush();
    }
  }

  private List<List<Generated>> texts(
      TextGenerator writer, GenerationConfig config, List<JsonLines.Row> rows) {
    List<int[]> ids = rows.stream().map(row -> prompts.ids(writer, row)).toList();
    try {
      return writer.generate(ids, config, batchSize);
    } catch (UsageException e) {
      throw e;
    } catch (AttuneException e) {
      // The generator counts prompts from 0; the reader of the message counts lines of a file.
      throw IntStream.range(0, rows.size())
          .filter(i -> e.getMessage().startsWith("generate: prompt " + i + " "))
          .mapToObj(i -> new AttuneException(named(rows.get(i), i, e), e))
          .findFirst()
          .orElse(e);
    }
  }

  private static String named(JsonLines.Row row, int number, AttuneException e) {
    return row.where()
        + ": the prompt"
        + e.getMessage().substring(("generate: prompt " + number).length());
  }

  /** What a prompt's texts look like in the file: the best one, and all where there are several. */
  private static Map<String, Object> row(
      TextGenerator writer, GenerationConfig config, List<Generated> texts) {
    Map<String, Object> row = one(writer, config, texts.get(0));
    if (config.numReturnSequences() > 1) {
      row.put("sequences", texts.stream().map(text -> one(writer, config, text)).toList());
    }
    return row;
  }

  private static Map<String, Object> one(
      TextGenerator writer, GenerationConfig config, Generated text) {
    Optional<Integer> start = writer.decoderStart(config);
    int[] ids =
        start
            .map(id -> IntStream.concat(IntStream.of(id), Arrays.stream(text.tokenIds())).toArray())
            .orElse(text.tokenIds());
    Map<String, Object> row = new LinkedHashMap<>();
    if (writer.hasTokenizer()) {
      row.put("text", writer.decode(text.tokenIds()));
    }
    row.put("token_ids", ids);
    row.put("finish_reason", text.reason().name().toLowerCase(Locale.ROOT));
    if (config.beams().numBeams() > 1) {
      row.put("score", text.score());
    }
    return row;
  }
}
