package org.attune.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.attune.AttuneException;
import org.attune.data.Batch;
import org.attune.data.Dataset;
import org.attune.metric.Evaluation;
import org.attune.nn.ActivationCount;
import org.attune.tensor.DType;
import org.attune.tensor.Shape;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The peak said beforehand, what is refused, and what is said when memory runs out; seed 7. */
class MemoryForecastTest {
  @TempDir Path folder;

  /** A task whose model claims to keep a lot, or that fails as a full memory does. */
  private static final class Hungry implements TrainTask<TinyStack> {
    private final TrainTask<TinyStack> task = TinyStack.task();
    private final double layerPerToken;
    private Runnable trouble = () -> {};
    private int calls;

    Hungry(double layerPerToken) {
      this.layerPerToken = layerPerToken;
    }

    Hungry with(Runnable newTrouble) {
      trouble = newTrouble;
      return this;
    }

    @Override
    public Optional<ActivationCount> activations(
        TinyStack model, long rows, long length, long decoderLength) {
      double tokens = (double) rows * length;
      return Optional.of(
          new ActivationCount(
              List.of(new ActivationCount.Stack(TinyStack.LAYERS, tokens * layerPerToken, tokens)),
              0));
    }

    @Override
    public Encoded encode(Dataset data) {
      return task.encode(data);
    }

    @Override
    public Tensor loss(TinyStack model, Batch batch) {
      if (calls++ == 5) {
        trouble.run();
      }
      return task.loss(model, batch);
    }

    @Override
    public double weight(Batch batch) {
      return task.weight(batch);
    }

    @Override
    public Evaluation evaluate(TinyStack model, Encoded data, int batchSize) {
      return task.evaluate(model, data, batchSize);
    }
  }

  private static Trainer<TinyStack> trainer(TinyStack model, TrainTask<TinyStack> task) {
    return Trainer.of(model, task).epochs(2).batchSize(8).precision(Precision.FP32);
  }

  private static MemoryForecast forecast(long resident, long activations) {
    return new MemoryForecast(resident, 0, 0, activations, "8 x 9 tokens");
  }

  @Test
  void recomputedLayersKeepTheirInputAlone() {
    var count = new ActivationCount(List.of(new ActivationCount.Stack(12, 1000, 10)), 5);
    assertThat(count.kept(0)).isEqualTo(5 + 12 * 1000);
    assertThat(count.kept(1)).isEqualTo(5 + 12 * 10 + 1000);
    assertThat(count.kept(4)).isEqualTo(5 + 3 * 10 + 4 * 1000);
    assertThat(count.kept(100)).isEqualTo(5 + 10 + 12 * 1000);
  }

  @Test
  void thePlanSaysWhatTheLongestBatchTakes() {
    List<MemoryForecast> seen = new ArrayList<>();
    try (var model = new TinyStack(0, 7)) {
      TrainReport report =
          trainer(model, new Hungry(1000))
              .start(Start.NOT_AT_ALL)
              .callback(
                  new Callback() {
                    @Override
                    public void onStart(Plan plan) {
                      plan.memory().ifPresent(seen::add);
                    }
                  })
              .fit(TinyTask.dataset(64));
      assertThat(report.ending()).isEqualTo(TrainReport.Ending.PLANNED);
      assertThat(report.steps()).isZero();
    }
    // The longest rows have nine ids, and rows of like length go together.
    assertThat(seen).hasSize(1);
    assertThat(seen.get(0).pass()).isEqualTo("8 x 9 tokens");
    assertThat(seen.get(0).activations()).isEqualTo(4L * TinyStack.LAYERS * 8 * 9 * 1000);
    assertThat(seen.get(0).peak()).isGreaterThan(seen.get(0).resident());
  }

  @Test
  void aRunThatWillNotFitIsRefusedWithWhatWould() {
    try (var model = new TinyStack(0, 7)) {
      // A petabyte a token.
      assertThatThrownBy(() -> trainer(model, new Hungry(1e15)).fit(TinyTask.dataset(64)))
          .isInstanceOf(AttuneException.class)
          .hasMessageStartingWith("train: this run does not fit: it needs about ")
          .hasMessageContaining("nothing this recipe can say would fit")
          .hasMessageEndingWith("--force tries all the same");
      assertThat(
              trainer(model, new Hungry(1e15))
                  .start(Start.ANYWAY)
                  .fit(TinyTask.dataset(64))
                  .ending())
          .isEqualTo(TrainReport.Ending.COMPLETE);
    }
  }

  @Test
  void theRefusalNamesOnlyWhatFits() {
    MemoryForecast large = forecast(100_000_000, 8_000_000_000L);
    String message =
        large.refusal(
            2_000_000_000L,
            List.of(
                new MemoryForecast.Option("too: much", forecast(100_000_000, 4_000_000_000L)),
                new MemoryForecast.Option("less: true", forecast(100_000_000, 1_000_000_000L))));
    assertThat(message)
        .contains("8,0")
        .contains("what would fit: less: true (1,314 MB);")
        .doesNotContain("too: much");
    assertThat(large.fits(OptionalLong.of(2_000_000_000L))).isFalse();
    assertThat(large.fits(OptionalLong.of(20_000_000_000L))).isTrue();
    assertThat(large.fits(OptionalLong.empty())).isTrue();
  }

  @Test
  void theEnginesFullMemoryIsExplainedAndTheCheckpointIsWhole() {
    Runnable trouble = () -> Tensors.zeros(Shape.of(1L << 45), DType.F32);
    try (var model = new TinyStack(0, 7)) {
      assertThatThrownBy(
              () ->
                  trainer(model, new Hungry(1).with(trouble))
                      .output(folder)
                      .saveEvery(Every.steps(2))
                      .fit(TinyTask.dataset(64)))
          .isInstanceOf(AttuneException.class)
          .hasMessageStartingWith("train: out of memory at step 6: tensor: out of memory in ")
          .hasMessageContaining(
              "use train.activation_checkpointing: true, a smaller train.batch_size")
          .hasMessageEndingWith(
              folder.resolve("checkpoint-4")
                  + " is whole: --resume goes on from it, also with activation_checkpointing switched"
                  + " on)");
      trainer(model, TinyStack.task())
          .output(folder)
          .saveEvery(Every.steps(2))
          .resume(true)
          .activationCheckpointing(1)
          .fit(TinyTask.dataset(64));
    }
  }

  @Test
  void aFullJavaHeapIsExplained() {
    Runnable trouble =
        () -> {
          throw new OutOfMemoryError("Java heap space");
        };
    try (var model = new TinyStack(0, 7)) {
      assertThatThrownBy(
              () -> trainer(model, new Hungry(1).with(trouble)).fit(TinyTask.dataset(64)))
          .isInstanceOf(AttuneException.class)
          .hasMessageStartingWith("train: the Java heap is full at step 6 (Java heap space); ")
          .hasMessageEndingWith("(no checkpoint had been written)");
    }
  }

  @Test
  void anotherMistakeOfTheEngineStaysWhatItIs() {
    Runnable trouble =
        () -> Tensors.zeros(Shape.of(2), DType.F32).plus(Tensors.zeros(Shape.of(3), DType.F32));
    try (var model = new TinyStack(0, 7)) {
      assertThatThrownBy(
              () -> trainer(model, new Hungry(1).with(trouble)).fit(TinyTask.dataset(64)))
          .isInstanceOf(AttuneException.class)
          .hasMessageStartingWith("tensor: plus of [2] F32, [3] F32");
    }
  }
}
