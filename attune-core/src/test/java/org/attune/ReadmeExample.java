package org.attune;

import java.nio.file.Path;
import org.attune.checkpoint.Checkpoint;
import org.attune.data.Dataset;
import org.attune.optim.AdamW;
import org.attune.optim.Schedule;
import org.attune.task.Predictor;
import org.attune.task.TextClassification;
import org.attune.train.Trainer;

/**
 * The Java example of README.md, which ReadmeExampleTest compares with it line by line and runs.
 */
final class ReadmeExample {
  private ReadmeExample() {}

  static String run(Path csv, Path out) {
    // README begins
    var checkpoint = Checkpoint.open("builtin:all-minilm-l6-v2");
    var reviews = Dataset.csv(csv, "text", "label").split(0.9, 42);
    var task = TextClassification.of(checkpoint.tokenizer().truncateTo(128), reviews.labels());
    try (var model = task.load(checkpoint)) {
      var report =
          Trainer.of(model, task)
              .optimizer(AdamW.of(2e-4))
              .schedule(Schedule.linear(0.06))
              .epochs(3)
              .batchSize(32)
              .seed(42)
              .fit(reviews.train(), reviews.validation());
      System.out.println(report.best("accuracy"));
      task.save(model, out);
    }
    try (var predictor = Predictor.open(out.toString())) {
      return predictor.classify("a fine film").label();
    }
    // README ends
  }
}
