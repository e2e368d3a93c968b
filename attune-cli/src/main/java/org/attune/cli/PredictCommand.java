package org.attune.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.attune.data.Example;
import org.attune.data.Target;
import org.attune.task.Predictor;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code attune predict}: answers for a file of texts. */
@Command(
    name = "predict",
    mixinStandardHelpOptions = true,
    description = {
      "Labels or embeds texts: rows {\"text\": .., \"text_pair\": ..} in, one row out for each,",
      "in their order: {\"label\", \"score\"}, {\"labels\", \"scores\"}, {\"score\"} or {\"embedding\"}."
    },
    footer = {
      "",
      "Example:",
      "  attune predict out/quickstart --input texts.jsonl --output labels.jsonl"
    })
final class PredictCommand implements Callable<Integer> {
  @Mixin private RowFiles files;

  @Option(names = "--logits", description = "Also write the model's raw outputs.")
  private boolean logits;

  @Override
  public Integer call() {
    try (Predictor predictor = Predictor.open(files.model())) {
      files.map(chunk -> predictor.predict(chunk.stream().map(this::example).toList(), logits));
      return 0;
    }
  }

  private Example example(JsonLines.Row row) {
    JsonNode pair = row.value().path("text_pair");
    return new Example(
        row.text("text"),
        pair.isMissingNode() || pair.isNull()
            ? Optional.empty()
            : Optional.of(row.text("text_pair")),
        new Target.None());
  }
}
