package org.attune.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.attune.checkpoint.Checkpoint;
import org.attune.checkpoint.ConfigJson;
import org.attune.data.DataSource;
import org.attune.data.Dataset;
import org.attune.models.Model;
import org.attune.optim.AdamW;
import org.attune.train.Callback;
import org.attune.train.Precision;
import org.attune.train.TaskAround;
import org.attune.train.TrainTask;
import org.attune.train.Trainer;
import org.junit.jupiter.api.Test;

/** A batch in parts trains as the whole batch does: the built-in model, no dropout, seed 42. */
class PassesTest {
  /** The same task, whose batches go through the model whole. */
  private static final class Whole extends TaskAround<Model> {
    Whole(TrainTask<Model> task) {
      super(task);
    }

    @Override
    public boolean rowsAreIndependent() {
      return false;
    }
  }

  @Test
  void aBatchInPartsTrainsAsTheWholeOne() {
    List<Double> parts = losses(false);
    List<Double> whole = losses(true);
    for (int step = 0; step < parts.size(); step++) {
      assertThat(parts.get(step))
          .as("loss of step %d", step + 1)
          .isCloseTo(whole.get(step), within(1e-5));
    }
  }

  private static List<Double> losses(boolean isWhole) {
    List<Double> losses = new ArrayList<>();
    Dataset data =
        Dataset.read(DataSource.of("builtin:wordnet-topics", "text").withLimit(384)).forTraining();
    try (Checkpoint checkpoint = Checkpoint.open("builtin:all-minilm-l6-v2")) {
      var task = TextClassification.forData(checkpoint.tokenizer().truncateTo(128), data);
      ConfigJson config =
          checkpoint
              .config()
              .with("hidden_dropout_prob", 0.0)
              .with("attention_probs_dropout_prob", 0.0);
      try (Model model = task.load(checkpoint, config, 42).model()) {
        Trainer.of(model, isWhole ? new Whole(task) : task)
            .optimizer(AdamW.of(5e-5))
            .epochs(1)
            .batchSize(64)
            .precision(Precision.FP32)
            .callback(
                new Callback() {
                  @Override
                  public void onStep(Step step) {
                    losses.add(step.loss());
                  }
                })
            .fit(data);
      }
    }
    return losses;
  }
}
