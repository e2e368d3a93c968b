package org.attune.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.attune.AttuneException;
import org.attune.UsageException;
import org.attune.checkpoint.AtomicFiles;
import org.attune.data.TextLines;
import org.attune.data.TextSource;
import org.attune.text.trainer.TokenizerTrainer;
import org.attune.text.trainer.TrainerSettings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code attune tokenizer train}: learns a vocabulary from text and writes a tokenizer's folder.
 */
@Command(
    name = "train",
    mixinStandardHelpOptions = true,
    description = {
      "Learns a tokenizer from text of any length, as Hugging Face's trainers do, and writes a",
      "folder that transformers and a recipe's model.tokenizer read."
    },
    footer = {
      "",
      "Examples:",
      "  attune tokenizer train --like gpt2 --input 'corpus/*.txt' --vocab-size 8000 --output out/bpe",
      "  attune tokenizer train --type unigram --input talks.jsonl --text body --vocab-size 4000"
          + " --output out/unigram"
    })
final class TokenizerTrainCommand implements Callable<Integer> {
  @Option(
      names = "--input",
      required = true,
      arity = "1..*",
      paramLabel = "FILE",
      description = "Files or globs: plain text, or tables by their ending; .gz too.")
  private List<String> inputs;

  @Option(
      names = "--text",
      paramLabel = "COLUMN",
      description = "The column with the text; for CSV, TSV, JSON Lines and Parquet.")
  private String column;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "DIR",
      description = "The folder to make; it must not be there, or be empty.")
  private Path folder;

  @Mixin private TokenizerOptions options;
  @Mixin private Output output;

  @Override
  public Integer call() {
    TrainerSettings settings = options.settings();
    requireFree(folder);
    try (TokenizerProgress progress = new TokenizerProgress();
        TokenizerTrainer trainer = TokenizerTrainer.of(settings, progress)) {
      for (String input : inputs) {
        TextLines.read(
            new TextSource(
                input,
                Optional.ofNullable(column),
                Optional.empty(),
                TextSource.Documents.LINE,
                OptionalLong.empty()),
            text -> {
              trainer.add(text);
              progress.read(text);
            });
      }
      TokenizerTrainer.Trained trained = trainer.train();
      progress.close();
      AtomicFiles.writeFolder(folder, trained::save);
      print(settings, trained, progress);
      return 0;
    }
  }

  private static void requireFree(Path folder) {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.isDirectory(folder) ? Files.list(folder) : Stream.of(folder)) {
      if (files.findAny().isPresent()) {
        throw new UsageException(
            "output: " + folder + " is there already; choose another output or remove it");
      }
    } catch (IOException e) {
      throw new AttuneException(
          "output: " + folder + " cannot be read: " + AtomicFiles.reason(e), e);
    }
  }

  private void print(
      TrainerSettings settings, TokenizerTrainer.Trained trained, TokenizerProgress progress) {
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("output", folder.toString());
    result.put("like", settings.preset().configName());
    result.put("vocab_size", trained.tokens().size());
    result.put("merges", trained.merges().size());
    result.put("texts", progress.texts());
    result.put("characters", progress.characters());
    result.put("words", trained.words());
    result.put("seconds", progress.seconds());
    output.print(
        result,
        () ->
            System.out.printf(
                Locale.ROOT,
                "%,d tokens from %,d characters (%,d different words) in %.1f s; tokenizer in %s%n",
                trained.tokens().size(),
                progress.characters(),
                trained.words(),
                progress.seconds(),
                folder));
  }
}
