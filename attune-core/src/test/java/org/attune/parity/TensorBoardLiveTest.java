package org.attune.parity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.attune.train.Callback;
import org.attune.train.Every;
import org.attune.train.Precision;
import org.attune.train.TinyClassifier;
import org.attune.train.TinyTask;
import org.attune.train.Trainer;
import org.attune.train.log.CsvLog;
import org.attune.train.log.TensorBoardLog;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TensorBoard itself reads our events, those of a resumed run too; seeds 42 and 7. */
class TensorBoardLiveTest {
  @TempDir Path folder;

  private Trainer<TinyClassifier> trainer(TinyClassifier model) {
    return Trainer.of(model, new TinyTask())
        .epochs(2)
        .batchSize(4)
        .precision(Precision.FP32)
        .evaluateEvery(Every.epoch())
        .callback(new TensorBoardLog(folder.resolve("events"), 5, message -> {}))
        .callback(new CsvLog(folder.resolve("tables"), 5, message -> {}));
  }

  @Test
  void tensorBoardReadsTheNumbersOfTheTables() throws Exception {
    try (var model = new TinyClassifier(0.3, 7)) {
      trainer(model).fit(TinyTask.dataset(24), TinyTask.dataset(20));
    }
    check();
  }

  @Test
  void pointsBehindTheCheckpointAreForgotten() throws Exception {
    Path output = folder.resolve("output");
    try (var first = new TinyClassifier(0.3, 7);
        var second = new TinyClassifier(0.3, 7)) {
      try {
        trainer(first)
            .output(output)
            .saveEvery(Every.steps(4))
            .callback(
                new Callback() {
                  @Override
                  public void onStep(Step step) {
                    if (step.step() == 7) {
                      throw new IllegalStateException("killed");
                    }
                  }
                })
            .fit(TinyTask.dataset(24), TinyTask.dataset(20));
      } catch (IllegalStateException e) {
        assertThat(e).hasMessage("killed");
      }
      trainer(second)
          .output(output)
          .saveEvery(Every.steps(4))
          .resume(true)
          .fit(TinyTask.dataset(24), TinyTask.dataset(20));
    }
    check();
  }

  /** Each column of the tables is a curve, point by point. */
  private void check() throws Exception {
    JsonNode scalars =
        ReferenceStack.run("tensorboard_events.py", folder.resolve("events")).get("scalars");
    int curves = 0;
    for (String group : List.of("train", "eval")) {
      List<String> lines = Files.readAllLines(folder.resolve("tables/" + group + ".csv"));
      String[] names = lines.get(0).split(",", -1);
      for (int column = 1; column < names.length; column++) {
        int at = column;
        String tag = group + "/" + names[column];
        if (tag.equals("train/examples_per_second")) {
          continue; // the two logs may round the clock's time differently
        }
        double[] wanted = lines.stream().skip(1).mapToDouble(line -> number(line, at)).toArray();
        double[] steps = lines.stream().skip(1).mapToDouble(line -> number(line, 0)).toArray();
        List<JsonNode> points =
            StreamSupport.stream(scalars.get(tag).spliterator(), false).toList();
        assertThat(points.stream().mapToDouble(point -> point.get(0).asDouble()).toArray())
            .as(tag)
            .isEqualTo(steps);
        IntStream.range(0, wanted.length)
            .forEach(
                i ->
                    assertThat(points.get(i).get(1).asDouble())
                        .isCloseTo(wanted[i], within(1e-6 * Math.abs(wanted[i]) + 1e-12)));
        curves++;
      }
    }
    assertThat(curves).isGreaterThanOrEqualTo(7);
    System.out.printf("TensorBoard read %d curves as they were written%n", curves);
  }

  private static double number(String line, int column) {
    return Double.parseDouble(line.split(",", -1)[column]);
  }
}
