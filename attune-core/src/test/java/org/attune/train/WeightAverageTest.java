package org.attune.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.attune.UsageException;
import org.attune.optim.AdamW;
import org.attune.optim.Schedule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Averages of weights against the same averages taken of what a watcher saw; seeds 42 and 7. */
class WeightAverageTest {
  private static final int ROWS = 24;
  private static final int STEPS_PER_EPOCH = 6;
  private static final Offset<Float> CLOSE = Offset.offset(1e-6f);

  @TempDir Path folder;

  private static Trainer<TinyClassifier> trainer(TinyClassifier model) {
    return Trainer.of(model, new TinyTask())
        .optimizer(AdamW.of(0.02))
        .schedule(Schedule.constant(0))
        .epochs(4)
        .batchSize(ROWS / STEPS_PER_EPOCH)
        .precision(Precision.FP32);
  }

  /** One weight matrix after every step of a run. */
  private static List<float[]> seen(TinyClassifier model, Technique technique) {
    List<float[]> weights = new ArrayList<>();
    trainer(model)
        .technique(technique)
        .callback(
            new Callback() {
              @Override
              public void onStep(Step step) {
                weights.add(weights(model));
              }
            })
        .fit(TinyTask.dataset(ROWS));
    return weights;
  }

  private static float[] weights(TinyClassifier model) {
    return model.namedParameters().get("dense.weight").value().toFloats();
  }

  @Test
  void exponentialFollowsItsFormula() {
    try (var model = new TinyClassifier(0.3, 7)) {
      List<float[]> steps = seen(model, WeightAverage.exponential(0.8));
      double[] expected = new double[steps.get(0).length];
      for (int t = 0; t < steps.size(); t++) {
        double part = t == 0 ? 1 : 1 - Math.min(0.8, (1.0 + t) / (10.0 + t));
        for (int i = 0; i < expected.length; i++) {
          expected[i] = (1 - part) * expected[i] + part * steps.get(t)[i];
        }
      }
      assertClose(weights(model), expected);
    }
  }

  @Test
  void stochasticIsTheMeanAfterEachPassFromItsStart() {
    try (var model = new TinyClassifier(0.3, 7)) {
      List<float[]> steps = seen(model, WeightAverage.stochastic(0.5));
      double[] expected = new double[steps.get(0).length];
      for (int pass = 3; pass <= 4; pass++) {
        for (int i = 0; i < expected.length; i++) {
          expected[i] += steps.get(pass * STEPS_PER_EPOCH - 1)[i] / 2;
        }
      }
      assertClose(weights(model), expected);
    }
  }

  @Test
  void theAverageIsJudgedAndTheRunGoesOnWithItsOwn() {
    try (var alone = new TinyClassifier(0.3, 7);
        var judged = new TinyClassifier(0.3, 7)) {
      trainer(alone).technique(WeightAverage.exponential(0.9)).fit(TinyTask.dataset(ROWS));
      TrainReport report =
          trainer(judged)
              .technique(WeightAverage.exponential(0.9))
              .evaluateEvery(Every.steps(2))
              .fit(TinyTask.dataset(ROWS), TinyTask.dataset(20));
      TrainerTest.assertSameWeights(judged, alone);
      double last = report.evaluations().get(11).evaluation().scores().get("loss").value();
      double atTheEnd =
          new TinyTask()
              .evaluate(judged, new TinyTask().encode(TinyTask.dataset(20)), 4)
              .scores()
              .get("loss")
              .value();
      assertThat(last).isEqualTo(atTheEnd);
    }
  }

  static Stream<Supplier<Technique>> both() {
    return Stream.of(() -> WeightAverage.exponential(0.9), () -> WeightAverage.stochastic(0.2));
  }

  @ParameterizedTest
  @MethodSource("both")
  void aResumedRunEndsWithTheSameBytes(Supplier<Technique> average) {
    try (var whole = new TinyClassifier(0.3, 7);
        var first = new TinyClassifier(0.3, 7);
        var second = new TinyClassifier(0.3, 99)) {
      trainer(whole).technique(average.get()).fit(TinyTask.dataset(ROWS));
      trainer(first)
          .technique(average.get())
          .output(folder)
          .stopWhen(new StopAfter(9))
          .fit(TinyTask.dataset(ROWS));
      trainer(second)
          .technique(average.get())
          .output(folder)
          .resume(true)
          .fit(TinyTask.dataset(ROWS));
      TrainerTest.assertSameWeights(second, whole);
    }
  }

  @Test
  void aRunIsNotResumedWithAnotherTechnique() {
    try (var first = new TinyClassifier(0.3, 7)) {
      trainer(first)
          .technique(WeightAverage.exponential(0.9))
          .output(folder)
          .stopWhen(new StopAfter(3))
          .fit(TinyTask.dataset(ROWS));
      Trainer<TinyClassifier> other = trainer(first).output(folder).resume(true);
      assertThatThrownBy(() -> other.fit(TinyTask.dataset(ROWS)))
          .isInstanceOf(UsageException.class)
          .hasMessageContaining("techniques of")
          .hasMessageContaining("[ema(decay 0.9)], this run has []");
    }
  }

  private static void assertClose(float[] got, double[] expected) {
    for (int i = 0; i < expected.length; i++) {
      assertThat(got[i]).isCloseTo((float) expected[i], CLOSE);
    }
  }
}
