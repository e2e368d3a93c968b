package org.attune.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.attune.AttuneException;
import org.attune.UsageException;
import org.attune.data.Batch;
import org.attune.data.Dataset;
import org.attune.metric.Evaluation;
import org.attune.nn.Parameter;
import org.attune.optim.AdamW;
import org.attune.tensor.NativeHandles;
import org.attune.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What saves memory leaves the bytes of the result alone; seeds 42 and 7. */
class MemorySavingTest {
  private static final int ROWS = 53;

  @TempDir Path folder;

  private static Trainer<TinyStack> trainer(TinyStack model, TrainTask<TinyStack> task) {
    return Trainer.of(model, task)
        .optimizer(AdamW.of(0.02))
        .epochs(3)
        .batchSize(8)
        .clipNorm(Double.POSITIVE_INFINITY)
        .precision(Precision.FP32);
  }

  private static TrainReport fit(TinyStack model, UnaryOperator<Trainer<TinyStack>> how) {
    return how.apply(trainer(model, TinyStack.task())).fit(TinyTask.dataset(ROWS));
  }

  @ParameterizedTest
  @CsvSource({"1, false", "3, false", "0, true", "1, true", "2, true"})
  void theResultIsThatOfAPlainRun(int checkpointEvery, boolean optimizerInBackward) {
    try (var plain = new TinyStack(0.2, 7);
        var saving = new TinyStack(0.2, 7)) {
      TrainReport expected = fit(plain, trainer -> trainer);
      TrainReport got =
          fit(
              saving,
              trainer ->
                  trainer
                      .activationCheckpointing(checkpointEvery)
                      .optimizerInBackward(optimizerInBackward));
      TrainerTest.assertSameWeights(saving, plain);
      assertThat(got.losses())
          .extracting(LossPoint::loss)
          .isEqualTo(expected.losses().stream().map(LossPoint::loss).toList());
    }
  }

  @Test
  void aRunMayBeResumedWithCheckpointingAndEndsWithTheSameBytes() {
    try (var plain = new TinyStack(0.2, 7);
        var first = new TinyStack(0.2, 7);
        var second = new TinyStack(0.2, 99)) {
      fit(plain, trainer -> trainer);
      fit(first, trainer -> trainer.output(folder).stopWhen(new StopAfter(5)));
      fit(second, trainer -> trainer.output(folder).resume(true).activationCheckpointing(2));
      TrainerTest.assertSameWeights(second, plain);
    }
  }

  @Test
  void theOptimizerInTheBackwardPassResumesExactly() {
    UnaryOperator<Trainer<TinyStack>> fused = trainer -> trainer.optimizerInBackward(true);
    try (var whole = new TinyStack(0.2, 7);
        var first = new TinyStack(0.2, 7);
        var second = new TinyStack(0.2, 99)) {
      fit(whole, fused);
      fit(first, trainer -> fused.apply(trainer).output(folder).stopWhen(new StopAfter(5)));
      fit(second, trainer -> fused.apply(trainer).output(folder).resume(true));
      TrainerTest.assertSameWeights(second, whole);
    }
  }

  /** Sees which parameters have gradients while each loss is computed anew and at the end. */
  private static final class Peek implements TrainTask<TinyStack> {
    private final TrainTask<TinyStack> task = TinyStack.task();
    private final Set<String> left = new HashSet<>();

    @Override
    public Encoded encode(Dataset data) {
      return task.encode(data);
    }

    @Override
    public Tensor loss(TinyStack model, Batch batch) {
      return task.loss(model, batch);
    }

    @Override
    public double backward(TinyStack model, Batch batch, Window window, Precision precision) {
      double value = task.backward(model, batch, window, precision);
      model
          .namedParameters()
          .forEach(
              (name, parameter) -> {
                if (parameter.storedGrad().isPresent()) {
                  left.add(name);
                }
              });
      return value;
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

  @Test
  void theGradientsOfLayersAreGoneWhenTheBackwardPassIsDone() {
    var peek = new Peek();
    try (var model = new TinyStack(0.2, 7)) {
      trainer(model, peek).optimizerInBackward(true).fit(TinyTask.dataset(ROWS));
    }
    assertThat(peek.left).containsExactlyInAnyOrder("embedding.weight", "head.weight", "head.bias");
  }

  @Test
  void noHandleIsLeftBehindByAStep() {
    List<Long> handles = new ArrayList<>();
    var count =
        new Callback() {
          @Override
          public void onStep(Step step) {
            handles.add(NativeHandles.count());
          }
        };
    try (var model = new TinyStack(0.2, 7)) {
      fit(
          model,
          trainer -> trainer.activationCheckpointing(1).optimizerInBackward(true).callback(count));
    }
    // The first step makes the optimizer's state; other tests' garbage may go in between.
    assertThat(handles.get(handles.size() - 1)).isLessThanOrEqualTo(handles.get(1));
  }

  @Test
  void whatNeedsAllGradientsIsRefused() {
    try (var model = new TinyStack(0, 7)) {
      refused(
          trainer(model, TinyStack.task()).optimizerInBackward(true).clipNorm(1),
          "train: optimizer_in_backward steps each layer by itself, and clip_norm (1.0) needs the"
              + " gradients of all; set clip_norm: Infinity");
      refused(
          trainer(model, TinyStack.task()).optimizerInBackward(true).accumulate(2),
          "train: optimizer_in_backward steps each layer by itself, and accumulate (2) keeps all"
              + " gradients from batch to batch; set accumulate: 1 (and activation_checkpointing:"
              + " true for a larger batch_size)");
      refused(
          trainer(model, TinyStack.task()).optimizerInBackward(true).precision(Precision.FP16),
          "train: optimizer_in_backward steps each layer by itself, and fp16 must see all gradients"
              + " before it steps; use precision bf16 or fp32");
      refused(
          trainer(model, TinyStack.task()).optimizerInBackward(true).technique(new Pull()),
          "train: optimizer_in_backward steps each layer by itself, and [a pull] changes gradients"
              + " after the backward pass");
    }
  }

  /** A technique that says nothing about what it does to gradients. */
  private record Pull() implements Technique {
    @Override
    public String name() {
      return "pull";
    }

    @Override
    public String fingerprint() {
      return "a pull";
    }
  }

  private static void refused(Trainer<TinyStack> trainer, String message) {
    assertThatThrownBy(() -> trainer.fit(TinyTask.dataset(ROWS)))
        .isInstanceOf(UsageException.class)
        .hasMessage(message);
  }

  /** Two backward passes in a step, as FreeLB makes. */
  private static final class Twice implements TrainTask<TinyStack> {
    private final TrainTask<TinyStack> task = TinyStack.task();

    @Override
    public Encoded encode(Dataset data) {
      return task.encode(data);
    }

    @Override
    public Tensor loss(TinyStack model, Batch batch) {
      return task.loss(model, batch);
    }

    @Override
    public double backward(TinyStack model, Batch batch, Window window, Precision precision) {
      return task.backward(model, batch, window, precision)
          + task.backward(model, batch, window, precision);
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

  @Test
  void aSecondBackwardPassInAStepIsRefused() {
    try (var model = new TinyStack(0, 7)) {
      refused(
          trainer(model, new Twice()).optimizerInBackward(true),
          "train: optimizer_in_backward needs one backward pass a step, and this task makes several"
              + " (as FreeLB does); leave one of the two out");
    }
  }

  @Test
  void aGradientThatIsNoNumberSaysThatSomeLayersHaveMoved() {
    try (var model = new TinyStack(0, 7)) {
      Parameter broken = model.namedParameters().get("layers.1.norm.weight");
      broken.value().detach().timesInPlace(1e38);
      assertThatThrownBy(() -> fit(model, trainer -> trainer.optimizerInBackward(true)))
          .isInstanceOf(AttuneException.class)
          .message()
          .matches(
              message ->
                  List.of("the loss is ", "the gradient norm of a layer is ").stream()
                      .anyMatch(message::contains));
    }
  }
}
