package org.attune.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.attune.AttuneException;
import org.attune.UsageException;
import org.attune.optim.AdamW;
import org.attune.optim.Schedule;
import org.attune.train.TrainReport.Ending;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A run cut off and resumed must end with the bytes of the one that was not; seeds 42 and 7. */
class ResumeTest {
  private static final int ROWS = 53;

  @TempDir Path folder;

  private static Trainer<TinyClassifier> trainer(TinyClassifier model) {
    return Trainer.of(model, new TinyTask())
        .optimizer(AdamW.of(0.02))
        .schedule(Schedule.cosine(0.1))
        .epochs(4)
        .batchSize(4)
        .accumulate(3)
        .evaluateEvery(Every.steps(3))
        .keepBest("loss")
        .precision(Precision.FP32);
  }

  private Trainer<TinyClassifier> saving(TinyClassifier model) {
    return trainer(model).output(folder).saveEvery(Every.steps(2));
  }

  private static TrainReport fit(Trainer<TinyClassifier> trainer) {
    return trainer.fit(TinyTask.dataset(ROWS), TinyTask.dataset(20));
  }

  @ParameterizedTest
  @EnumSource(
      value = Precision.class,
      names = {"FP32", "BF16"})
  void aStoppedRunGoesOnToTheSameBytes(Precision precision) {
    try (var whole = new TinyClassifier(0.3, 7);
        var first = new TinyClassifier(0.3, 7);
        var second = new TinyClassifier(0.3, 99)) {
      TrainReport expected = fit(trainer(whole).precision(precision));
      TrainReport cut = fit(saving(first).precision(precision).stopWhen(new StopAfter(7)));
      assertThat(cut.ending()).isEqualTo(Ending.STOPPED);
      assertThat(cut.steps()).isEqualTo(7);
      assertThat(CheckpointFolder.all(folder))
          .extracting(CheckpointFolder::step)
          .containsExactly(7L, 6L);
      TrainReport got = fit(saving(second).precision(precision).resume(true));
      TrainerTest.assertSameWeights(second, whole);
      assertThat(got.steps()).isEqualTo(expected.steps());
      assertThat(got.losses()).isEqualTo(expected.losses());
      assertThat(got.evaluations()).isEqualTo(expected.evaluations());
      assertThat(got.weightsOfStep()).isEqualTo(expected.weightsOfStep());
    }
  }

  @Test
  void autoKeepsThePrecisionThatTheRunBeganWith() {
    try (var whole = new TinyClassifier(0.3, 7);
        var first = new TinyClassifier(0.3, 7);
        var second = new TinyClassifier(0.3, 99)) {
      fit(trainer(whole).precision(Precision.BF16));
      fit(saving(first).precision(Precision.BF16).stopWhen(new StopAfter(7)));
      TrainReport report = fit(saving(second).precision(Precision.AUTO).resume(true));
      assertThat(report.precision()).isEqualTo(Precision.BF16);
      TrainerTest.assertSameWeights(second, whole);
    }
  }

  @Test
  void aFinishedRunResumesToItsEnd() {
    try (var first = new TinyClassifier(0.3, 7);
        var second = new TinyClassifier(0.3, 99)) {
      TrainReport whole = fit(saving(first).saveEvery(Every.epoch()));
      TrainReport again = fit(saving(second).saveEvery(Every.epoch()).resume(true));
      TrainerTest.assertSameWeights(second, first);
      assertThat(again.evaluations()).isEqualTo(whole.evaluations());
      assertThat(again.ending()).isEqualTo(Ending.COMPLETE);
    }
  }

  @Test
  void aRunKilledBetweenCheckpointsGoesOnFromTheLastOne() {
    try (var whole = new TinyClassifier(0.3, 7);
        var first = new TinyClassifier(0.3, 7);
        var second = new TinyClassifier(0.3, 99)) {
      fit(trainer(whole));
      assertThatThrownBy(() -> fit(saving(first).callback(new Crash(13))))
          .isInstanceOf(IllegalStateException.class);
      fit(saving(second).resume(true));
      TrainerTest.assertSameWeights(second, whole);
    }
  }

  private record Crash(long at) implements Callback {
    @Override
    public void onStep(Step step) {
      if (step.step() == at) {
        throw new IllegalStateException("killed");
      }
    }
  }

  @Test
  void aDamagedCheckpointIsPassedOver() throws IOException {
    List<String> warnings = new ArrayList<>();
    try (var whole = new TinyClassifier(0.3, 7);
        var first = new TinyClassifier(0.3, 7);
        var second = new TinyClassifier(0.3, 99)) {
      fit(trainer(whole));
      fit(saving(first).stopWhen(new StopAfter(9)));
      Path torn = folder.resolve("checkpoint-9/optimizer.safetensors");
      byte[] bytes = Files.readAllBytes(torn);
      bytes[bytes.length - 1] ^= 1;
      Files.write(torn, bytes);
      fit(saving(second).resume(true).callback(new Warnings(warnings)));
      TrainerTest.assertSameWeights(second, whole);
    }
    assertThat(warnings)
        .containsExactly(
            "train: "
                + folder.resolve("checkpoint-9")
                + " is damaged (optimizer.safetensors has another SHA-256 than its manifest says);"
                + " it is passed over");
  }

  @Test
  void aDamagedStateAmongTheCheckpointsIsPassedOverToo() throws IOException {
    try (var whole = new TinyClassifier(0.3, 7);
        var first = new TinyClassifier(0.3, 7);
        var second = new TinyClassifier(0.3, 99)) {
      fit(trainer(whole));
      fit(saving(first).stopWhen(new StopAfter(9)));
      Files.writeString(folder.resolve("checkpoint-9/trainer_state.json"), "{");
      fit(saving(second).resume(true));
      TrainerTest.assertSameWeights(second, whole);
    }
  }

  @Test
  void tidyLeavesTheBestWeightsThatACheckpointNeeds() throws IOException {
    try (var first = new TinyClassifier(0.3, 7);
        var second = new TinyClassifier(0.3, 99)) {
      fit(saving(first));
      Trainer.tidy(folder);
      assertThat(bestWeights()).isNotEmpty();
      fit(saving(second).resume(true));
      TrainerTest.assertSameWeights(second, first);
    }
  }

  @Test
  void tidyDeletesTheBestWeightsWhereNothingIsResumed() throws IOException {
    try (var model = new TinyClassifier(0.3, 7)) {
      fit(trainer(model).output(folder));
      assertThat(bestWeights()).hasSize(1);
      Trainer.tidy(folder);
      assertThat(folder).isEmptyDirectory();
    }
  }

  private List<Path> bestWeights() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.getFileName().toString().startsWith("best-")).toList();
    }
  }

  private record Warnings(List<String> seen) implements Callback {
    @Override
    public void onWarning(String message) {
      seen.add(message);
    }
  }

  @Test
  void refusesOtherSettingsAndOtherData() {
    try (var model = new TinyClassifier(0.3, 7)) {
      fit(saving(model).stopWhen(new StopAfter(4)));
      Path checkpoint = folder.resolve("checkpoint-4");
      String advice =
          "; use the settings and data of the first run, or start anew in another output folder";
      assertThatThrownBy(() -> fit(saving(model).resume(true).batchSize(5)))
          .isInstanceOf(UsageException.class)
          .hasMessage(
              "train: cannot resume: batch_size of "
                  + checkpoint
                  + " is 4, this run has 5"
                  + advice);
      assertThatThrownBy(
              () -> saving(model).resume(true).fit(TinyTask.dataset(60), TinyTask.dataset(20)))
          .isInstanceOf(UsageException.class)
          .hasMessageStartingWith("train: cannot resume: training data of " + checkpoint + " is ");
      assertThatThrownBy(
              () -> saving(model).resume(true).fit(TinyTask.dataset(ROWS), TinyTask.dataset(21)))
          .isInstanceOf(UsageException.class)
          .hasMessageStartingWith(
              "train: cannot resume: validation tokens of " + checkpoint + " is ");
      assertThatThrownBy(() -> fit(saving(model)))
          .isInstanceOf(UsageException.class)
          .hasMessage(
              "train: "
                  + checkpoint
                  + " is of an earlier run; resume it, delete it, or choose another output");
    }
  }

  @Test
  void aModelWithOtherTrainableParametersIsRefused() {
    try (var model = new TinyClassifier(0.3, 7)) {
      fit(saving(model).stopWhen(new StopAfter(4)));
      model.namedParameters().get("embedding.weight").trainable(false);
      assertThatThrownBy(() -> fit(saving(model).resume(true)))
          .isInstanceOf(AttuneException.class)
          .hasMessage(
              "train: "
                  + folder.resolve("checkpoint-4/weights.safetensors")
                  + " holds 7 parameters, the model trains 6; was it made by another model or with"
                  + " other parameters frozen?");
    }
  }

  @Test
  void bestWeightsThatAreGoneAreAnError() throws IOException {
    try (var model = new TinyClassifier(0.3, 7)) {
      fit(saving(model).stopWhen(new StopAfter(4)));
      Path best = folder.resolve("best-3.safetensors");
      Files.delete(best);
      assertThatThrownBy(() -> fit(saving(model).resume(true)))
          .isInstanceOf(AttuneException.class)
          .hasMessage(
              "train: cannot resume: the best weights so far, "
                  + best
                  + ", are missing; start anew in another output folder");
    }
  }

  @Test
  void aFolderThatCannotBeWrittenIsOneLine() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "not a folder");
    try (var model = new TinyClassifier(0, 7)) {
      assertThatThrownBy(
              () ->
                  Trainer.of(model, new TinyTask())
                      .output(file)
                      .saveEvery(Every.steps(1))
                      .fit(TinyTask.dataset(ROWS)))
          .isInstanceOf(AttuneException.class)
          .hasMessage(
              "output: "
                  + file.resolve("checkpoint-1")
                  + " cannot be written: "
                  + file
                  + " is a file, expected a folder; choose another output");
    }
  }
}
