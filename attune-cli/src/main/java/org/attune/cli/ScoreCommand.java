package org.attune.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.attune.AttuneException;
import org.attune.checkpoint.Checkpoint;
import org.attune.generate.Scorer;
import org.attune.models.Model;
import org.attune.models.Pretrained;
import org.attune.text.Tokenizer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code attune score}: how probable a language model finds texts. */
@Command(
    name = "score",
    mixinStandardHelpOptions = true,
    description = {
      "Log-probabilities of tokens, and perplexity: rows {\"text\"} or {\"input_ids\"} in, of an",
      "encoder-decoder with {\"target\"} or {\"target_ids\"}; {\"token_ids\", \"log_probs\", \"log_prob\",",
      "\"perplexity\"} out. A masked model gives pseudo-likelihoods: each token masked in turn."
    },
    footer = {
      "",
      "Example:",
      "  attune score out/stories --input texts.jsonl --output scores.jsonl --json"
    })
final class ScoreCommand implements Callable<Integer> {
  @Parameters(paramLabel = "MODEL", description = "A folder, builtin:NAME or a hub name.")
  private String name;

  @Option(names = "--input", required = true, paramLabel = "FILE", description = "JSON lines.")
  private Path input;

  @Option(
      names = "--output",
      paramLabel = "FILE",
      description = "Where each row's scores go; without it only the sum is shown.")
  private Path target;

  @Mixin private Output output;

  private double sum;
  private long tokens;

  @Override
  public Integer call() {
    try (Checkpoint checkpoint = Checkpoint.open(name);
        Model model = Pretrained.load(checkpoint).model()) {
      if (checkpoint.hasTokenizer()) {
        checkpoint.tokenizer().requireFits(model.vocabularySize(), name);
      }
      Scorer scorer = Scorer.of(model);
      long rows = rows(chunk -> answers(scorer, checkpoint, chunk));
      if (tokens == 0) {
        throw new AttuneException("score: " + input + " has no rows");
      }
      double perplexity = Math.exp(-sum / tokens);
      Map<String, Object> result = new LinkedHashMap<>();
      result.put("rows", rows);
      result.put("tokens", tokens);
      result.put("log_prob", sum);
      result.put("perplexity", perplexity);
      output.print(
          result,
          () ->
              System.out.printf(
                  Locale.ROOT, "%d rows, %d tokens: perplexity %.4f%n", rows, tokens, perplexity));
      return 0;
    }
  }

  private long rows(java.util.function.Function<List<JsonLines.Row>, List<?>> answer) {
    if (target != null) {
      return JsonLines.map(input, target, answer);
    }
    try {
      Path nowhere = Files.createTempFile("attune-score", ".jsonl");
      try {
        return JsonLines.map(input, nowhere, answer);
      } finally {
        Files.deleteIfExists(nowhere);
      }
    } catch (java.io.IOException e) {
      throw new AttuneException("score: no temporary file: " + e.getMessage(), e);
    }
  }

  private List<Map<String, Object>> answers(
      Scorer scorer, Checkpoint checkpoint, List<JsonLines.Row> rows) {
    List<Map<String, Object>> answers = new ArrayList<>();
    for (JsonLines.Row row : rows) {
      Scorer.Score score;
      try {
        score = score(scorer, checkpoint, row);
      } catch (AttuneException e) {
        throw e.getMessage().startsWith("score: ")
            ? new AttuneException(row.where() + e.getMessage().substring("score".length()), e)
            : e;
      }
      sum += score.sum();
      tokens += score.tokenIds().length;
      Map<String, Object> answer = new LinkedHashMap<>();
      answer.put("token_ids", score.tokenIds());
      answer.put("log_probs", score.logProbabilities());
      answer.put("log_prob", score.sum());
      answer.put("perplexity", score.perplexity());
      answers.add(answer);
    }
    return answers;
  }

  private static Scorer.Score score(Scorer scorer, Checkpoint checkpoint, JsonLines.Row row) {
    int[] ids = row.has("input_ids") ? row.ids("input_ids") : encode(checkpoint, row.text("text"));
    if (scorer.needsTarget()) {
      int[] made =
          row.has("target_ids") ? row.ids("target_ids") : encode(checkpoint, row.text("target"));
      return scorer.conditional(ids, made);
    }
    if (!scorer.masks()) {
      return scorer.causal(ids);
    }
    Tokenizer tokenizer = checkpoint.tokenizer();
    OptionalInt mask = tokenizer.maskId();
    return scorer.pseudo(
        ids,
        scored(ids, tokenizer),
        mask.orElseThrow(() -> new AttuneException("score: the tokenizer has no mask token")));
  }

  /** Never cut: the score of a part is not that of the text. One too long is refused. */
  private static int[] encode(Checkpoint checkpoint, String text) {
    return checkpoint.tokenizer().truncateTo(Integer.MAX_VALUE).encode(text).ids();
  }

  private static boolean[] scored(int[] ids, Tokenizer tokenizer) {
    boolean[] scored = new boolean[ids.length];
    for (int i = 0; i < ids.length; i++) {
      scored[i] = !tokenizer.specialIds().contains(ids[i]);
    }
    return scored;
  }
}
