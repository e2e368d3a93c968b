package org.attune.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.attune.AttuneException;
import org.attune.UsageException;
import org.attune.data.Sampler;
import org.attune.nn.Module;
import org.attune.nn.Parameter;
import org.attune.optim.AdamW;
import org.attune.optim.Schedule;
import org.attune.tensor.NativeHandles;
import org.attune.train.TrainReport.Ending;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * All with seed 42 for order and dropout and 7 for the model, where a test does not say another.
 */
class TrainerTest {
  private static Trainer<TinyClassifier> trainer(TinyClassifier model) {
    return trainer(model, new TinyTask());
  }

  private static Trainer<TinyClassifier> trainer(TinyClassifier model, TinyTask task) {
    return Trainer.of(model, task)
        .optimizer(AdamW.of(0.02))
        .schedule(Schedule.linear(0.1))
        .epochs(4)
        .batchSize(8)
        .precision(Precision.FP32);
  }

  static Map<String, float[]> weights(Module model) {
    Map<String, float[]> weights = new TreeMap<>();
    model.namedParameters().forEach((name, p) -> weights.put(name, p.value().toFloats()));
    return weights;
  }

  static void assertSameWeights(Module got, Module expected) {
    Map<String, float[]> other = weights(expected);
    weights(got).forEach((name, w) -> assertThat(w).as(name).isEqualTo(other.get(name)));
  }

  @Test
  void learnsAndReports() {
    try (var model = new TinyClassifier(0.1, 7)) {
      TrainReport report =
          trainer(model).epochs(20).fit(TinyTask.dataset(100), TinyTask.dataset(60));
      assertThat(report.steps()).isEqualTo(20 * 13);
      assertThat(report.epochs()).isEqualTo(20);
      assertThat(report.ending()).isEqualTo(Ending.COMPLETE);
      assertThat(report.evaluations()).hasSize(20);
      assertThat(report.losses()).hasSize(26);
      assertThat(report.losses().get(25).loss()).isLessThan(report.losses().get(0).loss() / 2);
      assertThat(report.best("accuracy").value()).isGreaterThan(0.7);
      assertThat(report.best("loss").value())
          .isEqualTo(
              report.evaluations().stream()
                  .mapToDouble(e -> e.evaluation().scores().get("loss").value())
                  .min()
                  .orElseThrow());
      assertThat(report.examplesPerSecond()).isPositive();
      assertThat(report.tokensPerSecond()).isGreaterThan(report.examplesPerSecond());
      assertThat(report.toMap()).containsEntry("ending", "complete").containsEntry("steps", 260L);
      assertThat(model.training()).isFalse();
      assertThatThrownBy(() -> report.best("f1"))
          .isInstanceOf(UsageException.class)
          .hasMessageStartingWith("train: no metric 'f1'; this task measures ");
    }
  }

  @Test
  void theSameSeedGivesTheSameBytesAndAnotherOneDoesNot() {
    try (var a = new TinyClassifier(0.3, 7);
        var b = new TinyClassifier(0.3, 7);
        var c = new TinyClassifier(0.3, 7)) {
      trainer(a).fit(TinyTask.dataset(50));
      trainer(b).fit(TinyTask.dataset(50));
      trainer(c).seed(43).fit(TinyTask.dataset(50));
      assertSameWeights(b, a);
      assertThat(weights(c).get("head.bias")).isNotEqualTo(weights(a).get("head.bias"));
    }
  }

  /** Up to rounding: sums over 32 rows and over 4 times 8 rows add in another order. */
  @Property(tries = 25, seed = "42")
  void kBatchesOfBEqualOneOfKTimesB(
      @ForAll @IntRange(min = 1, max = 5) int k,
      @ForAll @IntRange(min = 1, max = 6) int b,
      @ForAll @IntRange(min = 30, max = 61) int rows) {
    try (var many = new TinyClassifier(0, 7);
        var one = new TinyClassifier(0, 7)) {
      trainer(many).epochs(2).batchSize(b).accumulate(k).fit(TinyTask.dataset(rows));
      trainer(one).epochs(2).batchSize(b * k).fit(TinyTask.dataset(rows));
      Map<String, float[]> expected = weights(one);
      weights(many)
          .forEach(
              (name, w) ->
                  assertThat(w).as(name).containsExactly(expected.get(name), within(2e-4f)));
    }
  }

  @Test
  void aBatchOfManyTokensGoesThroughInPartsAndIsTheSameStep() {
    try (var parts = new TinyClassifier(0, 7);
        var batches = new TinyClassifier(0, 7);
        var whole = new TinyClassifier(0, 7)) {
      var counting = new TinyTask();
      var together = TinyTask.withRowsThatDepend();
      trainer(parts, counting).epochs(2).batchSize(400).fit(TinyTask.dataset(400));
      trainer(batches).epochs(2).batchSize(50).accumulate(8).fit(TinyTask.dataset(400));
      trainer(whole, together).epochs(2).batchSize(400).fit(TinyTask.dataset(400));
      assertThat(counting.losses()).as("400 rows of 1 to 9 tokens, 512 at a time").isEqualTo(2 * 4);
      assertThat(together.losses()).isEqualTo(2);
      for (TinyClassifier other : List.of(batches, whole)) {
        Map<String, float[]> expected = weights(other);
        weights(parts)
            .forEach(
                (name, w) ->
                    assertThat(w).as(name).containsExactly(expected.get(name), within(2e-4f)));
      }
    }
  }

  @Test
  void frozenParametersGetNoGradientAndDoNotMove() {
    try (var model = new TinyClassifier(0, 7)) {
      Parameter embedding = model.namedParameters().get("embedding.weight");
      embedding.trainable(false);
      float[] before = embedding.value().toFloats();
      List<Long> trainable = new ArrayList<>();
      trainer(model)
          .callback(
              new Callback() {
                @Override
                public void onStart(Plan plan) {
                  trainable.add(plan.trainableParameters());
                }

                @Override
                public void onStep(Step step) {
                  assertThat(embedding.grad()).isEmpty();
                }
              })
          .fit(TinyTask.dataset(50));
      assertThat(embedding.value().toFloats()).isEqualTo(before);
      assertThat(trainable).containsExactly(model.parameterCount() - embedding.shape().numel());
    }
  }

  @Test
  void keepsTheBestWeights() {
    try (var model = new TinyClassifier(0, 7)) {
      var task = new TinyTask();
      var validation = TinyTask.contradiction(40); // so the best weights are not the last
      TrainReport report =
          trainer(model)
              .schedule(Schedule.constant(0))
              .epochs(8)
              .keepBest("loss")
              .fit(TinyTask.dataset(50), validation);
      double now = task.evaluate(model, task.encode(validation), 8).scores().get("loss").value();
      assertThat(report.weightsOfStep()).isLessThan(report.steps());
      assertThat(now).isEqualTo(report.best("loss").value());
    }
  }

  @Test
  void stopsEarlyWhenTheMetricNoLongerImproves() {
    try (var model = new TinyClassifier(0, 7)) {
      TrainReport report =
          trainer(model)
              .epochs(30)
              .evaluateEvery(Every.steps(5))
              .keepBest("accuracy")
              .earlyStopping(2, 2.0) // no accuracy gains 2
              .fit(TinyTask.dataset(50), TinyTask.dataset(40));
      assertThat(report.ending()).isEqualTo(Ending.EARLY);
      assertThat(report.steps()).isEqualTo(15);
      assertThat(report.evaluations()).hasSize(3);
    }
  }

  @Test
  void callbacksSeeEveryStep() {
    List<Callback.Step> seen = new ArrayList<>();
    try (var model = new TinyClassifier(0, 7)) {
      trainer(model)
          .epochs(2)
          .accumulate(2)
          .sampler(Sampler.sequential())
          .callback(
              new Callback() {
                @Override
                public void onStep(Step step) {
                  seen.add(step);
                }
              })
          .fit(TinyTask.dataset(50));
    }
    // 50 rows are windows of 16, 16, 16 and 2 rows.
    assertThat(seen)
        .extracting(Callback.Step::step)
        .containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L);
    assertThat(seen)
        .extracting(Callback.Step::examples)
        .containsExactly(16, 16, 16, 2, 16, 16, 16, 2);
    assertThat(seen.get(0).lr()).isZero();
    assertThat(seen.get(1).lr()).isEqualTo(0.02);
    assertThat(seen.get(7).epoch()).isEqualTo(2);
    assertThat(seen).allMatch(step -> step.gradientNorm() > 0);
  }

  @Test
  void aRunLeavesNoNativeHandlesAndStepsAddNone() {
    List<Long> handles = new ArrayList<>();
    try (var model = new TinyClassifier(0.1, 7)) {
      run(model, handles);
      long before = NativeHandles.count();
      handles.clear();
      run(model, handles);
      assertThat(NativeHandles.count()).isLessThanOrEqualTo(before);
    }
    assertThat(handles).hasSize(2000);
    assertThat(handles.get(1999)).isLessThanOrEqualTo(handles.get(10));
  }

  private static void run(TinyClassifier model, List<Long> handles) {
    trainer(model)
        .epochs(500)
        .batchSize(4)
        .accumulate(2)
        .callback(
            new Callback() {
              @Override
              public void onStep(Step step) {
                handles.add(NativeHandles.count());
              }
            })
        .fit(TinyTask.dataset(32));
  }

  @Test
  void bf16TrainsAndIsNotFp32(@TempDir Path folder) {
    try (var half = new TinyClassifier(0, 7);
        var single = new TinyClassifier(0, 7)) {
      TrainReport report = trainer(half).precision(Precision.BF16).fit(TinyTask.dataset(50));
      trainer(single).fit(TinyTask.dataset(50));
      assertThat(report.precision()).isEqualTo(Precision.BF16);
      float[] a = weights(half).get("head.weight");
      float[] b = weights(single).get("head.weight");
      assertThat(a).isNotEqualTo(b).containsExactly(b, within(0.1f));
    }
  }

  @Test
  void aLossThatIsNotFiniteKeepsTheLastGoodWeights(@TempDir Path folder) {
    try (var model = new TinyClassifier(0, 7);
        var good = new TinyClassifier(0, 7)) {
      Trainer<TinyClassifier> trainer =
          Trainer.of(model, TinyTask.withNanAt(5))
              .optimizer(AdamW.of(0.02))
              .schedule(Schedule.constant(0))
              .batchSize(4)
              .precision(Precision.FP32)
              .output(folder);
      assertThatThrownBy(() -> trainer.fit(TinyTask.dataset(50)))
          .isInstanceOf(AttuneException.class)
          .hasMessageMatching(
              "train: the loss is NaN at step 6, training rows \\[\\d+, \\d+, \\d+, \\d+\\]; the"
                  + " weights of step 5 are kept in "
                  + Pattern.quote(folder.resolve("checkpoint-5").toString())
                  + "; start anew in another output folder with a lower learning rate, a longer"
                  + " warmup or precision fp32, or without these rows \\(a resumed run would end"
                  + " here again\\)");
      Trainer.of(good, new TinyTask())
          .optimizer(AdamW.of(0.02))
          .schedule(Schedule.constant(0))
          .batchSize(4)
          .precision(Precision.FP32)
          .stopWhen(new StopAfter(5))
          .fit(TinyTask.dataset(50));
      assertSameWeights(model, good);
      assertThat(CheckpointFolder.all(folder))
          .extracting(CheckpointFolder::step)
          .containsExactly(5L);
    }
  }

  @Test
  void aGradientThatIsNotFiniteKeepsTheLastGoodWeights(@TempDir Path folder) {
    try (var model = new TinyClassifier(0, 7);
        var good = new TinyClassifier(0, 7)) {
      // The loss is finite; the square of its gradient is not.
      Trainer<TinyClassifier> trainer =
          trainer(model, TinyTask.withLossTimes(1e30, 5)).output(folder);
      assertThatThrownBy(() -> trainer.fit(TinyTask.dataset(50)))
          .isInstanceOf(AttuneException.class)
          .hasMessageStartingWith("train: the gradient norm is Infinity at step 6, training rows [")
          .hasMessageContaining(
              "; the weights of step 5 are kept in " + folder.resolve("checkpoint-5") + "; ");
      trainer(good).stopWhen(new StopAfter(5)).fit(TinyTask.dataset(50));
      assertSameWeights(model, good);
      assertThat(model.namedParameters().values()).allMatch(p -> p.grad().isEmpty());
    }
  }

  @Test
  void aLossThatIsNotFiniteInTheFirstStepLeavesNothing(@TempDir Path folder) {
    try (var model = new TinyClassifier(0, 7);
        var untouched = new TinyClassifier(0, 7)) {
      Trainer<TinyClassifier> trainer = trainer(model, TinyTask.withNanAt(0)).output(folder);
      assertThatThrownBy(() -> trainer.fit(TinyTask.dataset(50)))
          .isInstanceOf(AttuneException.class)
          .hasMessageContaining("; the weights before it are unchanged; start anew ");
      assertSameWeights(model, untouched);
      assertThat(folder).isEmptyDirectory();
    }
  }

  @Test
  void aMetricTheTaskDoesNotMeasureIsRefusedBeforeTheFirstStep() {
    try (var model = new TinyClassifier(0, 7)) {
      Trainer<TinyClassifier> trainer =
          trainer(model, TinyTask.measuring("accuracy", "loss")).keepBest("accurcy");
      assertThatThrownBy(() -> trainer.fit(TinyTask.dataset(50), TinyTask.dataset(20)))
          .isInstanceOf(UsageException.class)
          .hasMessage(
              "train: no metric 'accurcy'; this task measures accuracy, loss; did you mean"
                  + " 'accuracy'?");
    }
  }

  @Test
  void refusesRunsThatMakeNoSense(@TempDir Path folder) {
    try (var model = new TinyClassifier(0, 7)) {
      assertRefused(
          trainer(model).batchSize(5).accumulate(11),
          "train: accumulate is 11 but an epoch has 10 batches (50 examples, batch_size 5); lower"
              + " accumulate or batch_size");
      assertRefused(
          trainer(model).schedule(Schedule.linear(500)),
          "schedule: warmup is 500 steps but the run has 28; give a share such as 0.06, or more"
              + " epochs");
      assertRefused(trainer(model).epochs(0), "train: epochs is 0, expected at least 1");
      assertRefused(
          trainer(model).clipNorm(Double.NaN),
          "train: clip_norm is NaN, expected a number above 0");
      assertRefused(trainer(model).keepBest("f1"), "train: keep_best needs a validation set");
      assertRefused(
          trainer(model).keepBest("f1").evaluateEvery(Every.never()),
          "train: keep_best needs evaluate_every: epoch or a number of steps");
      assertRefused(
          trainer(model).earlyStopping(3, 0),
          "train: early_stopping needs keep_best: name the metric that must improve");
      assertRefused(
          trainer(model).saveEvery(Every.steps(10)),
          "train: checkpoints need an output folder; set output");
      assertThatThrownBy(() -> trainer(model).fit(TinyTask.dataset(0)))
          .isInstanceOf(UsageException.class)
          .hasMessage("train: the training set is empty");
      assertThatThrownBy(() -> Every.parse("sometimes"))
          .isInstanceOf(UsageException.class)
          .hasMessage("train: 'every' is 'sometimes', expected epoch, never or a number of steps");
      model.namedParameters().values().forEach(parameter -> parameter.trainable(false));
      assertRefused(
          trainer(model),
          "train: the model has no trainable parameter; unfreeze some or apply an adapter");
    }
  }

  private static void assertRefused(Trainer<TinyClassifier> trainer, String message) {
    assertThatThrownBy(() -> trainer.fit(TinyTask.dataset(50)))
        .isInstanceOf(UsageException.class)
        .hasMessage(message);
  }

  @Test
  void parsesIntervalsAsRecipesSpellThem() {
    assertThat(Every.parse("epoch")).isEqualTo(Every.epoch());
    assertThat(Every.parse("200")).isEqualTo(Every.steps(200)).hasToString("200");
    assertThat(Every.parse("never")).isEqualTo(Every.never());
  }
}
