package org.attune.cli;

import java.util.concurrent.Callable;
import org.attune.data.DataSource;
import org.attune.data.Dataset;
import org.attune.metric.Evaluation;
import org.attune.task.Predictor;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code attune eval}: how good a saved model is. */
@Command(
    name = "eval",
    mixinStandardHelpOptions = true,
    description = "Measures a model on labelled data, each metric with its 95 %% interval.",
    footer = {"", "Example:", "  attune eval out/sst2-full --data test.tsv --text sentence"})
final class EvalCommand implements Callable<Integer> {
  @Parameters(paramLabel = "MODEL", description = "A model's folder.")
  private String model;

  @Mixin private SourceOptions data;
  @Mixin private Output output;

  @Option(
      names = "--max-score",
      description = "For an encoder on pairs: the score of two texts that mean the same.")
  private double maxScore = 1;

  @Override
  public Integer call() {
    DataSource source = data.source();
    try (Predictor predictor = Predictor.open(model)) {
      boolean labelled = source.score().isEmpty() && predictor.labels().size() > 0;
      Dataset dataset = labelled ? Dataset.read(source, predictor.labels()) : Dataset.read(source);
      Evaluation evaluation = predictor.evaluate(dataset, maxScore);
      output.print(evaluation.toMap(), () -> Output.table(source.path(), evaluation));
      return 0;
    }
  }
}
