package org.attune.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.attune.AttuneException;
import org.attune.UsageException;
import org.attune.data.Batch;
import org.attune.data.Dataset;
import org.attune.data.Sampler;
import org.attune.data.Target;
import org.attune.metric.Evaluation;
import org.attune.nn.Module;
import org.attune.nn.Parameter;
import org.attune.optim.AdamW;
import org.attune.optim.Schedule;
import org.attune.tensor.Rng;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;
import org.attune.testkit.Golden;
import org.attune.text.Encoding;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * fp16's scaled loss does what torch.amp.GradScaler does, step by step, in runs with injected
 * overflows (reference/scaler_fixtures.py), and a resumed run goes on with the scale it had.
 */
class LossScalerTest {
  @TempDir Path folder;

  /** Three weights. */
  private static final class Weights extends Module {
    private final Parameter w = parameter("w", Parameter.Init.ZEROS, 3);

    Weights(List<Double> start) {
      initialize(new Rng(0), 1);
      w.value().detach().copyFrom(vector(start));
    }

    List<Double> values() {
      List<Double> values = new ArrayList<>();
      for (float number : w.value().toFloats()) {
        values.add((double) number);
      }
      return values;
    }
  }

  private static Tensor vector(List<Double> numbers) {
    float[] values = new float[numbers.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = numbers.get(i).floatValue();
    }
    return Tensors.ofFloats(values, values.length);
  }

  /** loss = sum(w x) / 2, with another x each step. */
  private record Steps(JsonNode trace) implements TrainTask<Weights> {
    @Override
    public Encoded encode(Dataset data) {
      return rows(trace.size());
    }

    @Override
    public Tensor loss(Weights model, Batch batch) {
      return model.w.value().times(vector(numbers(trace.get(batch.index()[0]).get("x")))).sum();
    }

    @Override
    public double weight(Batch batch) {
      return 2;
    }

    @Override
    public Evaluation evaluate(Weights model, Encoded data, int batchSize) {
      throw new UnsupportedOperationException("this run is not evaluated");
    }
  }

  private static List<Double> numbers(JsonNode list) {
    List<Double> numbers = new ArrayList<>();
    list.forEach(number -> numbers.add(number.asDouble()));
    return numbers;
  }

  private static Encoded rows(int count) {
    return new Encoded() {
      @Override
      public int size() {
        return count;
      }

      @Override
      public int length(int row) {
        return 1;
      }

      @Override
      public Batch batch(int[] rows) {
        int[] one = {1};
        return Batch.of(
            IntStream.of(rows)
                .mapToObj(r -> new Encoding(one, one, one, one, one, one, 1))
                .toList(),
            IntStream.of(rows).<Target>mapToObj(r -> new Target.Score(0)).toList(),
            0,
            rows);
      }
    };
  }

  private static LossScaling settings(JsonNode node) {
    LossScaling d = LossScaling.DEFAULT;
    return new LossScaling(
        node.path("init_scale").asDouble(d.initScale()),
        node.path("growth_factor").asDouble(d.growthFactor()),
        node.path("backoff_factor").asDouble(d.backoffFactor()),
        node.path("growth_interval").asInt(d.growthInterval()));
  }

  private static JsonNode golden(String run) throws IOException {
    return new ObjectMapper()
        .readTree(Golden.folder("scaler").resolve("scaler.json").toFile())
        .get(run);
  }

  /** Rows in order, one a step. */
  private static Trainer<Weights> trainer(Weights model, JsonNode run) {
    return Trainer.of(model, new Steps(run.get("steps")))
        .optimizer(AdamW.of(0.01).withWeightDecay(0.1))
        .schedule(Schedule.constant(0))
        .batchSize(1)
        .epochs(1)
        .clipNorm(Double.POSITIVE_INFINITY)
        .sampler(Sampler.sequential())
        .precision(Precision.FP16)
        .lossScaling(settings(run.get("settings")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"defaults", "grows_fast", "grows_to_the_end_of_fp32", "long_interval"})
  void everyStepIsGradScalers(String name) throws IOException {
    JsonNode run = golden(name);
    try (var model = new Weights(numbers(run.get("start")))) {
      var compared = new Compared(model, run.get("steps"));
      trainer(model, run)
          .callback(compared)
          .fit(rows(run.get("steps").size()), "x", Optional.empty());
      assertThat(compared.steps).isEqualTo(run.get("steps").size());
    }
  }

  private static final class Compared implements Callback {
    private final Weights model;
    private final JsonNode trace;
    private int steps;

    Compared(Weights model, JsonNode trace) {
      this.model = model;
      this.trace = trace;
    }

    @Override
    public void onStep(Step step) {
      List<Double> expected = numbers(trace.get(steps++).get("w"));
      List<Double> got = model.values();
      for (int i = 0; i < got.size(); i++) {
        assertThat(got.get(i)).as("step %s", steps).isCloseTo(expected.get(i), within(1e-6));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"defaults", "grows_fast", "grows_to_the_end_of_fp32", "long_interval"})
  void theScaleIsGradScalersAfterEveryStep(String name) throws IOException {
    JsonNode run = golden(name);
    var scaler = new LossScaler(settings(run.get("settings")));
    int number = 0;
    for (JsonNode step : run.get("steps")) {
      number++;
      if (numbers(step.get("x")).stream().anyMatch(x -> x > 1e30)) {
        scaler.overflowed(number);
      } else {
        scaler.succeeded();
      }
      assertThat(scaler.scale()).as("step %s", number).isEqualTo(step.get("scale").asDouble());
      assertThat(scaler.growthTracker()).isEqualTo(step.get("growth_tracker").asInt());
    }
  }

  @Test
  void aResumedRunGoesOnWithTheScaleItHad() throws IOException {
    JsonNode run = golden("grows_fast");
    Encoded rows = rows(run.get("steps").size());
    try (var whole = new Weights(numbers(run.get("start")));
        var first = new Weights(numbers(run.get("start")));
        var second = new Weights(List.of(9.0, 9.0, 9.0))) {
      trainer(whole, run).fit(rows, "x", Optional.empty());
      trainer(first, run)
          .output(folder)
          .stopWhen(new StopAfter(8))
          .fit(rows, "x", Optional.empty());
      trainer(second, run).output(folder).resume(true).fit(rows, "x", Optional.empty());
      assertThat(second.values()).isEqualTo(whole.values());
      var otherScaling = new LossScaling(8, 2, 0.5, 10);
      assertThatThrownBy(
              () ->
                  trainer(second, run)
                      .lossScaling(otherScaling)
                      .output(folder)
                      .resume(true)
                      .fit(rows, "x", Optional.empty()))
          .isInstanceOf(UsageException.class)
          .hasMessageContaining("this run has [LossScaling[initScale=8.0");
    }
  }

  /** In real fp16: a weight of 300 and an input of 300 make 90,000, which half precision lacks. */
  @Test
  void aForwardPassThatOverflowsIsExplained() {
    List<String> warnings = new ArrayList<>();
    try (var model = new TinyClassifier(0, 7)) {
      model.namedParameters().get("dense.weight").value().detach().timesInPlace(1e5);
      Trainer<TinyClassifier> trainer =
          Trainer.of(model, new TinyTask())
              .precision(Precision.FP16)
              .epochs(20)
              .callback(
                  new Callback() {
                    @Override
                    public void onWarning(String message) {
                      warnings.add(message);
                    }
                  });
      assertThatThrownBy(() -> trainer.fit(TinyTask.dataset(64)))
          .isInstanceOf(AttuneException.class)
          .hasMessageStartingWith("train: fp16 overflows at step 30 even with the loss scaled by ")
          .hasMessageEndingWith("use precision bf16 or fp32, or a lower learning rate");
    }
    assertThat(warnings)
        .first()
        .isEqualTo(
            "train: fp16 gradients overflowed at step 1; the step is left out, the loss scale is now"
                + " 32768.0");
  }

  /** Matrix products in half precision, sums and weights in single: it learns as fp32 does. */
  @Test
  void fp16LearnsAsFp32Does() {
    try (var half = new TinyClassifier(0.1, 7);
        var full = new TinyClassifier(0.1, 7)) {
      double expected = lastLoss(full, Precision.FP32);
      assertThat(lastLoss(half, Precision.FP16)).isCloseTo(expected, within(0.02));
    }
  }

  private static double lastLoss(TinyClassifier model, Precision precision) {
    TrainReport report =
        Trainer.of(model, new TinyTask())
            .optimizer(AdamW.of(0.01))
            .epochs(20)
            .batchSize(8)
            .precision(precision)
            .fit(TinyTask.dataset(64));
    return report.losses().get(report.losses().size() - 1).loss();
  }
}
