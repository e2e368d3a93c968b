package org.attune.parity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.attune.data.Sampler;
import org.attune.models.Model;
import org.attune.optim.Adafactor;
import org.attune.optim.AdamW;
import org.attune.optim.AdamW8bit;
import org.attune.optim.Freezing;
import org.attune.optim.OptimizerSettings;
import org.attune.optim.Schedule;
import org.attune.optim.Sgd;
import org.attune.testkit.Golden;
import org.attune.train.Callback;
import org.attune.train.Every;
import org.attune.train.Precision;
import org.attune.train.Trainer;
import org.junit.jupiter.api.Test;

/**
 * Twenty steps of each optimizer through the trainer, on a tiny BERT, against torch.optim,
 * transformers' Adafactor and a numpy 8-bit AdamW (reference/optimizer_fixtures.py; no randomness
 * here).
 */
class OptimizerGoldenTest {
  private static final double LR = 2e-3;
  private static final AdamW ADAMW = AdamW.of(LR).withWeightDecay(0.05);

  @Test
  void groupsAsTorchsParameterGroups() {
    OptimizerSettings settings =
        ADAMW
            .withLayerDecay(0.8)
            .withGroup("classifier", 1e-2, 0.2)
            .withGroup("encoder.layer.1.output.dense.bias", 4e-3);
    assertSame("groups", settings, Freezing.none(), 1e-6);
  }

  @Test
  void theHeadAlone() {
    assertSame("head_only", ADAMW, new Freezing(List.of("classifier"), List.of()), 1e-6);
  }

  @Test
  void stochasticGradientDescentWithMomentum() {
    Sgd sgd = Sgd.of(2e-2).withMomentum(0.9).withWeightDecay(0.05);
    assertSame("sgd", sgd, Freezing.none(), 2e-6);
    assertSame("nesterov", sgd.withNesterov(true), Freezing.none(), 2e-6);
  }

  @Test
  void adafactor() {
    assertSame("adafactor", Adafactor.relative(), Freezing.none(), 2e-6);
    assertSame(
        "adafactor_fixed",
        Adafactor.of(LR).withBeta1(0.9).withWeightDecay(0.05),
        Freezing.none(),
        2e-6);
    assertSame(
        "adafactor_warmup",
        Adafactor.relative().withWarmupInit(true).withWeightDecay(0.05),
        Freezing.none(),
        2e-6);
  }

  @Test
  void adamWWithMomentsInEightBits() {
    AdamW8bit settings = AdamW8bit.of(LR).withWeightDecay(0.05).withSmallest(0);
    // A number between two codes goes to another one for the last bit of a gradient: steps of a
    // hundredth. BlockwiseAdamWTest has the same gradients on both sides.
    assertSame("adamw8bit", settings, Freezing.none(), 1e-3);
  }

  private static void assertSame(
      String name, OptimizerSettings settings, Freezing freezing, double tolerance) {
    Golden golden = Golden.read("optimizers/" + name);
    Golden start = Golden.read("adamw/steps");
    JsonNode losses = golden.values().get("loss");
    List<Double> got = new ArrayList<>();
    try (Model model = AdamWGoldenTest.load(start)) {
      RowsTask task = new RowsTask(AdamWGoldenTest.rows(start, "batch."));
      Trainer.of(model, task)
          .optimizer(settings)
          .freezing(freezing)
          .schedule(Schedule.constant(0))
          .maxSteps(losses.size())
          .batchSize(8)
          .clipNorm(1)
          .sampler(Sampler.sequential())
          .precision(Precision.FP32)
          .evaluateEvery(Every.never())
          .callback(
              new Callback() {
                @Override
                public void onStep(Step step) {
                  got.add(step.loss());
                }
              })
          .fit(task.dataset());
      double largest = FinalWeights.assertClose(model, golden.under("final/"), tolerance);
      System.out.printf("%s: weights within %.1e%n", name, largest);
    }
    for (int step = 0; step < losses.size(); step++) {
      assertThat(got.get(step))
          .as("%s, loss of step %d", name, step)
          .isCloseTo(losses.get(step).asDouble(), within(10 * tolerance));
    }
  }
}
