package org.attune.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.attune.AttuneException;
import org.attune.UsageException;
import org.attune.checkpoint.Checkpoint;
import org.attune.text.Encoding;
import org.attune.text.Tokenizer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code attune bench tokenize}: lines a second, tokenized in one batch on all cores. */
@Command(
    name = "tokenize",
    mixinStandardHelpOptions = true,
    description = "Tokenizes the lines of files, all in one batch, several times.",
    footer = {
      "",
      "Example:",
      "  attune bench tokenize builtin:all-minilm-l6-v2 --data wikitext2/test.txt --json"
    })
final class BenchTokenizeCommand implements Callable<Integer> {
  @Parameters(paramLabel = "MODEL", description = "A folder, builtin:NAME or a hub name.")
  private String model;

  @Option(
      names = "--data",
      required = true,
      arity = "1..*",
      paramLabel = "FILE",
      description = "Text files; blank lines are left out.")
  private List<Path> files;

  @Option(
      names = "--repeats",
      description = "Timed passes, after three that are not (default: ${DEFAULT-VALUE}).")
  private int repeats = 5;

  @Mixin private Output output;

  @Override
  public Integer call() {
    if (repeats < 1) {
      throw new UsageException("--repeats is " + repeats + ", expected at least 1");
    }
    List<String> lines = lines();
    try (Checkpoint checkpoint = Checkpoint.open(model);
        Tokenizer tokenizer = checkpoint.tokenizer()) {
      for (int i = 0; i < 3; i++) {
        tokenizer.encodeAll(lines); // the JIT warms up
      }
      List<Double> seconds = new ArrayList<>();
      long tokens = 0;
      for (int i = 0; i < repeats; i++) {
        long start = System.nanoTime();
        List<Encoding> encodings = tokenizer.encodeAll(lines);
        seconds.add((System.nanoTime() - start) / 1e9);
        tokens = encodings.stream().mapToLong(Encoding::length).sum();
      }
      double median = seconds.stream().sorted().toList().get(repeats / 2);
      long linesPerSecond = Math.round(lines.size() / median);
      long tokensPerSecond = Math.round(tokens / median);
      Map<String, Object> result = new LinkedHashMap<>();
      result.put("lines", lines.size());
      result.put("tokens", tokens);
      result.put("lines_per_s", linesPerSecond);
      result.put("tokens_per_s", tokensPerSecond);
      result.put("seconds", seconds);
      String shown =
          String.format(
              Locale.ROOT,
              "%,d lines, %,d tokens: %,d lines/s, %,d tokens/s",
              lines.size(),
              tokens,
              linesPerSecond,
              tokensPerSecond);
      output.print(result, () -> System.out.println(shown));
      return 0;
    }
  }

  private List<String> lines() {
    List<String> lines = new ArrayList<>();
    for (Path file : files) {
      try {
        Files.readAllLines(file).stream().filter(line -> !line.isBlank()).forEach(lines::add);
      } catch (IOException e) {
        throw new AttuneException("bench: " + file + " could not be read (" + e + ")", e);
      }
    }
    if (lines.isEmpty()) {
      throw new AttuneException("bench: the files " + files + " have no lines");
    }
    return lines;
  }
}
