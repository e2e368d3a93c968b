package org.attune.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.attune.UsageException;
import org.attune.nn.Parameter;
import org.attune.objective.CrossEntropy;
import org.attune.optim.AdamW;
import org.attune.optim.Schedule;
import org.attune.tensor.DType;
import org.attune.tensor.Functional;
import org.attune.tensor.Scope;
import org.attune.tensor.Shape;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;
import org.attune.testkit.Golden;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The Fisher information against torch's gradients of single examples
 * (reference/fisher_fixtures.py), and what is made of it; seeds 42 and 7.
 */
class ElasticWeightsTest {
  private static final Golden GOLDEN = Golden.read("fisher");

  @TempDir private Path folder;

  private static TinyClassifier model() {
    var model = new TinyClassifier(0, 7);
    GOLDEN
        .under("weights/")
        .forEach((name, value) -> model.namedParameters().get(name).set(value.copy()));
    return model;
  }

  private static Tensor logits(TinyClassifier model, int row) {
    JsonNode ids = GOLDEN.values().get("ids").get(row);
    long[] values = new long[ids.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = ids.get(i).asLong();
    }
    return model.forward(
        Tensors.ofLongs(values, 1, values.length),
        Tensors.ones(Shape.of(1, values.length), DType.F32));
  }

  private static Tensor surprise(TinyClassifier model, int row, int label) {
    return CrossEntropy.plain().sum(logits(model, row), Tensors.ofLongs(new long[] {label}, 1));
  }

  @Test
  void empiricalInformationIsTheMeanOfSquaresOfSingleExamples() {
    JsonNode labels = GOLDEN.values().get("labels");
    try (var model = model();
        var information = new FisherInformation(model, model.namedParameters())) {
      for (int row = 0; row < labels.size(); row++) {
        int at = row;
        information.add(() -> surprise(model, at, labels.get(at).asInt()));
      }
      assertClose(information.diagonal(), "empirical/");
    }
  }

  @Test
  void drawnFromTheModelItIsTheInformationOnAverage() {
    // Every class in proportion to its probability, in place of draws: the expectation itself.
    JsonNode labels = GOLDEN.values().get("labels");
    try (var model = model();
        var information = new FisherInformation(model, model.namedParameters())) {
      for (int row = 0; row < labels.size(); row++) {
        int at = row;
        float[] p = Functional.softmax(logits(model, at), -1).toFloats();
        for (int label = 0; label < p.length; label++) {
          int y = label;
          // A gradient times the root of p has a square times p.
          information.add(() -> surprise(model, at, y).times(Math.sqrt(p[y] * p.length)));
        }
      }
      assertClose(information.diagonal(), "exact/");
    }
  }

  private static void assertClose(Map<String, Tensor> got, String prefix) {
    Map<String, Tensor> expected = GOLDEN.under(prefix);
    assertThat(got.keySet()).isEqualTo(expected.keySet());
    expected.forEach(
        (name, tensor) ->
            assertThat(got.get(name).minus(tensor).abs().max().item())
                .as(name)
                .isLessThan(1e-6 * Math.max(1, tensor.max().item())));
  }

  // ---- the pull

  private static Map<String, Tensor> information(TinyClassifier model, double factor) {
    Map<String, Tensor> fisher = new LinkedHashMap<>();
    model
        .namedParameters()
        .forEach((name, p) -> fisher.put(name, p.value().detach().square().times(factor).keep()));
    return fisher;
  }

  private static Map<String, float[]> values(TinyClassifier model) {
    Map<String, float[]> values = new HashMap<>();
    model.namedParameters().forEach((name, p) -> values.put(name, p.value().toFloats()));
    return values;
  }

  @Test
  void twoTasksPullAsTheSumOfTheirTerms() {
    try (var first = new TinyClassifier(0, 1);
        var second = new TinyClassifier(0, 2);
        var now = new TinyClassifier(0, 3)) {
      var pull = ElasticWeights.ewc(10);
      Map<String, Tensor> one = information(first, 1);
      Map<String, Tensor> two = information(second, 3);
      pull.consolidate(first.namedParameters(), one);
      pull.consolidate(second.namedParameters(), two);
      pull.start(new Technique.Run(now, now.namedParameters(), 1, 1));
      pull.afterBackward(0);
      now.namedParameters()
          .forEach(
              (name, p) -> {
                Tensor a = p.value().minus(first.namedParameters().get(name).value());
                Tensor b = p.value().minus(second.namedParameters().get(name).value());
                Tensor slope = a.times(one.get(name)).plus(b.times(two.get(name))).times(10);
                assertThat(p.grad().orElseThrow().minus(slope).abs().max().item())
                    .as(name)
                    .isLessThan(1e-4);
              });
      pull.free();
    }
  }

  @Test
  void onlineFadesTheOldAndIsAnchoredAtTheNew() {
    try (var first = new TinyClassifier(0, 1);
        var second = new TinyClassifier(0, 2);
        var now = new TinyClassifier(0, 3)) {
      var pull = ElasticWeights.online(2, 0.5);
      Map<String, Tensor> one = information(first, 1);
      Map<String, Tensor> two = information(second, 3);
      pull.consolidate(first.namedParameters(), one);
      pull.consolidate(second.namedParameters(), two);
      pull.start(new Technique.Run(now, now.namedParameters(), 1, 1));
      double added = pull.afterBackward(0);
      double expected = 0;
      for (Map.Entry<String, Parameter> entry : now.namedParameters().entrySet()) {
        String name = entry.getKey();
        Tensor away = entry.getValue().value().minus(second.namedParameters().get(name).value());
        Tensor f = one.get(name).times(0.5).plus(two.get(name));
        expected += f.times(away.square()).sum().item(); // lambda / 2 is 1
      }
      assertThat(added).isCloseTo(expected, within(1e-4 * expected));
      pull.free();
    }
  }

  private static Trainer<TinyClassifier> trainer(TinyClassifier model) {
    return Trainer.of(model, new TinyTask())
        .optimizer(AdamW.of(0.02).withWeightDecay(0))
        .schedule(Schedule.constant(0))
        .epochs(12)
        .batchSize(8)
        .precision(Precision.FP32);
  }

  @Test
  void theMoreItPullsTheLessIsForgotten() {
    double[] accuracy = new double[3];
    double[] lambdas = {0, 30, 100_000};
    for (int i = 0; i < lambdas.length; i++) {
      try (var model = new TinyClassifier(0, 7)) {
        trainer(model).fit(TinyTask.dataset(120));
        Map<String, float[]> learned = values(model);
        var pull = ElasticWeights.ewc(lambdas[i]);
        Map<String, Tensor> fisher = fisher(model);
        pull.consolidate(model.namedParameters(), fisher);
        trainer(model).technique(pull).fit(TinyTask.contradiction(120));
        accuracy[i] = accuracy(model);
        if (i == 2) { // held fast, though not by weights that the first task has no use for
          float[] head = model.namedParameters().get("head.weight").value().toFloats();
          assertThat(head).containsExactly(learned.get("head.weight"), within(0.15f));
        }
        pull.free();
      }
    }
    assertThat(accuracy[0]).isLessThan(0.2);
    assertThat(accuracy[1]).isGreaterThan(accuracy[0]);
    assertThat(accuracy[2]).isGreaterThan(0.8);
  }

  private static double accuracy(TinyClassifier model) {
    var task = new TinyTask();
    model.train(false);
    return task.evaluate(model, task.encode(TinyTask.dataset(120)), 8)
        .scores()
        .get("accuracy")
        .value();
  }

  private static Map<String, Tensor> fisher(TinyClassifier model) {
    var task = new TinyTask();
    Encoded rows = task.encode(TinyTask.dataset(120));
    model.train(false);
    try (var information = new FisherInformation(model, model.namedParameters())) {
      for (int row = 0; row < rows.size(); row++) {
        int[] one = {row};
        information.add(() -> task.loss(model, rows.batch(one)));
      }
      return information.diagonal();
    }
  }

  @Test
  void aResumedRunEndsWithTheSameBytes() {
    try (var start = new TinyClassifier(0, 5);
        var whole = new TinyClassifier(0, 5);
        var first = new TinyClassifier(0, 5);
        var second = new TinyClassifier(0, 99)) {
      trainer(whole).technique(toStart(start)).fit(TinyTask.dataset(40));
      trainer(first)
          .technique(toStart(start))
          .output(folder)
          .stopWhen(new StopAfter(11))
          .fit(TinyTask.dataset(40));
      trainer(second)
          .technique(toStart(start))
          .output(folder)
          .resume(true)
          .fit(TinyTask.dataset(40));
      TrainerTest.assertSameWeights(second, whole);
      Trainer<TinyClassifier> other =
          trainer(second).technique(toStart(whole)).output(folder).resume(true);
      assertThatThrownBy(() -> other.fit(TinyTask.dataset(40)))
          .isInstanceOf(UsageException.class)
          .hasMessageContaining("techniques of");
    }
  }

  private static ElasticWeights toStart(TinyClassifier model) {
    var pull = ElasticWeights.toStart(0.1);
    try (Scope scope = Scope.open()) {
      pull.anchor(model.namedParameters());
    }
    return pull;
  }
}
