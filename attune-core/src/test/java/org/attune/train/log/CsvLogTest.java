package org.attune.train.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.attune.train.Callback;
import org.attune.train.Every;
import org.attune.train.Precision;
import org.attune.train.TinyClassifier;
import org.attune.train.TinyTask;
import org.attune.train.Trainer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Seeds 42 and 7. */
class CsvLogTest {
  @TempDir Path folder;

  private Trainer<TinyClassifier> trainer(TinyClassifier model, Path logs) {
    return Trainer.of(model, new TinyTask())
        .epochs(2)
        .batchSize(4)
        .precision(Precision.FP32)
        .evaluateEvery(Every.epoch())
        .callback(new CsvLog(logs, 5, message -> {}));
  }

  private static List<String> withoutSpeed(Path file) throws IOException {
    return Files.readAllLines(file).stream()
        .map(line -> line.substring(0, line.lastIndexOf(',')))
        .toList();
  }

  @Test
  void rowsAreTheMeansSinceTheLastOneAndTheEvaluations() throws IOException {
    List<Double> losses = new ArrayList<>();
    try (var model = new TinyClassifier(0.3, 7)) {
      trainer(model, folder)
          .callback(
              new Callback() {
                @Override
                public void onStep(Step step) {
                  losses.add(step.loss());
                }
              })
          .fit(TinyTask.dataset(24), TinyTask.dataset(20));
    }
    List<String> rows = Files.readAllLines(folder.resolve("train.csv"));
    assertThat(rows).hasSize(4);
    assertThat(rows.get(0))
        .isEqualTo("step,epoch,loss,learning_rate,grad_norm,examples_per_second");
    double mean = losses.subList(5, 10).stream().mapToDouble(x -> x).average().orElseThrow();
    assertThat(rows.get(2)).startsWith("10,");
    assertThat(Double.parseDouble(rows.get(2).split(",", -1)[2])).isEqualTo(mean);
    assertThat(rows.get(3)).startsWith("12,2.0,");
    assertThat(Files.readAllLines(folder.resolve("eval.csv")))
        .hasSize(3)
        .first()
        .asString()
        .startsWith("step,epoch,")
        .contains("accuracy", "loss");
  }

  /** Killed after step 11 and resumed from the checkpoint of step 6. */
  @Test
  void aResumedRunForgetsWhatCameAfterItsCheckpoint() throws IOException {
    Path logs = folder.resolve("logs");
    try (var whole = new TinyClassifier(0.3, 7);
        var first = new TinyClassifier(0.3, 7);
        var second = new TinyClassifier(0.3, 7)) {
      trainer(whole, folder.resolve("whole")).fit(TinyTask.dataset(24), TinyTask.dataset(20));
      Path output = folder.resolve("output");
      try {
        trainer(first, logs)
            .output(output)
            .saveEvery(Every.steps(5))
            .callback(
                new Callback() {
                  @Override
                  public void onStep(Step step) {
                    if (step.step() == 11) {
                      throw new IllegalStateException("killed");
                    }
                  }
                })
            .fit(TinyTask.dataset(24), TinyTask.dataset(20));
      } catch (IllegalStateException e) {
        assertThat(e).hasMessage("killed");
      }
      Files.writeString(logs.resolve("train.csv"), "11,0.9,half", StandardOpenOption.APPEND);
      trainer(second, logs)
          .output(output)
          .saveEvery(Every.steps(5))
          .resume(true)
          .fit(TinyTask.dataset(24), TinyTask.dataset(20));
    }
    for (String table : List.of("train.csv", "eval.csv")) {
      assertThat(withoutSpeed(logs.resolve(table)))
          .isEqualTo(withoutSpeed(folder.resolve("whole").resolve(table)));
    }
  }

  @Test
  void aLogThatCannotBeWrittenSaysSoOnceAndTheRunGoesOn() throws IOException {
    List<String> warnings = new ArrayList<>();
    Path taken = Files.writeString(folder.resolve("taken"), "a file");
    try (var model = new TinyClassifier(0.3, 7)) {
      var report =
          Trainer.of(model, new TinyTask())
              .epochs(2)
              .batchSize(4)
              .callback(new CsvLog(taken, 1, warnings::add))
              .fit(TinyTask.dataset(24));
      assertThat(report.steps()).isEqualTo(12);
    }
    assertThat(warnings).hasSize(1);
    assertThat(warnings.get(0)).startsWith("log: " + taken + " cannot be written:");
  }
}
