package org.attune.parity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.attune.checkpoint.Checkpoint;
import org.attune.data.Sampler;
import org.attune.models.Model;
import org.attune.models.Pretrained;
import org.attune.optim.AdamW;
import org.attune.optim.Schedule;
import org.attune.tensor.Tensor;
import org.attune.testkit.Golden;
import org.attune.train.Callback;
import org.attune.train.Every;
import org.attune.train.Precision;
import org.attune.train.Trainer;
import org.junit.jupiter.api.Test;

/**
 * The whole trainer on a tiny BERT against traces of torch and transformers: loss, learning rate
 * and gradient norm of every step, and the weights at the end (reference/adamw_trace.py; seeds 21
 * and 22 there, no randomness here).
 */
class AdamWGoldenTest {
  private static final double CLOSE = 2e-5;

  @Test
  void oneHundredSteps() {
    Golden golden = Golden.read("adamw/steps");
    JsonNode values = golden.values();
    try (Model model = load(golden)) {
      RowsTask task = new RowsTask(rows(golden, "batch."));
      int epochs = values.get("steps").asInt() / values.get("batches").asInt();
      List<Callback.Step> steps =
          train(trainer(model, task, values).epochs(epochs).batchSize(8), task);

      assertCurve(steps, values);
      for (Callback.Step step : steps) {
        double lr = values.get("lr_of_step").get((int) step.step() - 1).asDouble();
        assertThat(step.lr()).isCloseTo(lr, within(1e-12));
      }
      FinalWeights.assertClose(model, golden.under("final/"), CLOSE);
    }
  }

  @Test
  void fourBatchesOfEightAddUpLikeTheReferences() {
    accumulate(8, 4);
  }

  @Test
  void oneBatchOfThirtyTwoIsTheSame() {
    accumulate(32, 1);
  }

  private static void accumulate(int batchSize, int batches) {
    Golden golden = Golden.read("adamw/accumulation");
    try (Model model = load(golden)) {
      RowsTask task = new RowsTask(rows(golden, "rows."));
      Trainer<Model> trainer =
          trainer(model, task, golden.values()).epochs(1).batchSize(batchSize).accumulate(batches);

      assertCurve(train(trainer, task), golden.values());
      FinalWeights.assertClose(model, golden.under("final/"), CLOSE);
    }
  }

  static Model load(Golden golden) {
    try (Checkpoint checkpoint = Checkpoint.open(golden.folder().toString())) {
      return Pretrained.load(checkpoint).model();
    }
  }

  private static Trainer<Model> trainer(Model model, RowsTask task, JsonNode values) {
    AdamW adamW =
        AdamW.of(values.get("lr").asDouble())
            .withWeightDecay(values.get("weight_decay").asDouble());
    return Trainer.of(model, task)
        .optimizer(adamW)
        .schedule(Schedule.linear(values.get("warmup_steps").asInt()))
        .clipNorm(values.get("clip_norm").asDouble())
        .sampler(Sampler.sequential())
        .precision(Precision.FP32)
        .evaluateEvery(Every.never());
  }

  private static List<Callback.Step> train(Trainer<Model> trainer, RowsTask task) {
    List<Callback.Step> steps = new ArrayList<>();
    trainer
        .callback(
            new Callback() {
              @Override
              public void onStep(Step step) {
                steps.add(step);
              }
            })
        .fit(task.dataset());
    return steps;
  }

  private static void assertCurve(List<Callback.Step> steps, JsonNode values) {
    assertThat(steps).hasSize(values.get("loss").size());
    for (Callback.Step step : steps) {
      int at = (int) step.step() - 1;
      assertThat(step.loss())
          .as("loss of step %d", step.step())
          .isCloseTo(values.get("loss").get(at).asDouble(), within(CLOSE));
      assertThat(step.gradientNorm())
          .as("gradient norm of step %d", step.step())
          .isCloseTo(values.get("gradient_norm").get(at).asDouble(), within(1e-3));
    }
  }

  /** The rows of the batches PREFIX0, PREFIX1, .., without their padding. */
  static List<RowsTask.Row> rows(Golden golden, String prefix) {
    List<RowsTask.Row> rows = new ArrayList<>();
    for (int k = 0; golden.find(prefix + k + "/input_ids").isPresent(); k++) {
      Tensor ids = golden.tensor(prefix + k + "/input_ids"); // [B, T]
      Tensor mask = golden.tensor(prefix + k + "/attention_mask"); // [B, T]
      Tensor labels = golden.tensor(prefix + k + "/labels"); // [B] or [B, T]
      long width = labels.rank() == 1 ? 1 : ids.size(1);
      for (int row = 0; row < ids.size(0); row++) {
        long length = (long) mask.select(0, row).sum().item();
        rows.add(
            new RowsTask.Row(
                longs(ids.select(0, row).narrow(0, 0, length)),
                longs(labels.select(0, row).reshape(-1).narrow(0, 0, Math.min(width, length)))));
      }
    }
    return rows;
  }

  private static List<Long> longs(Tensor tensor) {
    return LongStream.of(tensor.toLongs()).boxed().toList();
  }
}
