package org.attune.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.attune.data.Batch;
import org.attune.data.Target;
import org.attune.nn.Module;
import org.attune.objective.CrossEntropy;
import org.attune.tensor.Rng;
import org.attune.tensor.Scope;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;
import org.attune.train.Precision;
import org.attune.train.TinyClassifier;
import org.attune.train.TinyTask;
import org.attune.train.Window;
import org.junit.jupiter.api.Test;

/** Techniques against torch, from reference/technique_fixtures.py; torch's seed 42. */
class TechniqueParityTest {
  private static final JsonNode FIXTURE = fixture();
  private static final int ROWS = 4;

  private static JsonNode fixture() {
    try (InputStream in =
        TechniqueParityTest.class.getResourceAsStream("/golden/techniques/techniques.json")) {
      return new ObjectMapper().readTree(in);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static float[] floats(JsonNode node) {
    float[] numbers = new float[node.size()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = (float) node.get(i).asDouble();
    }
    return numbers;
  }

  private static long[] longs(JsonNode node) {
    long[] numbers = new long[node.size()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = node.get(i).asLong();
    }
    return numbers;
  }

  private static TinyClassifier model(double dropout) {
    var model = new TinyClassifier(dropout, 7);
    FIXTURE
        .get("weights")
        .properties()
        .forEach(
            entry -> {
              var parameter = model.namedParameters().get(entry.getKey());
              parameter.set(
                  Tensors.ofFloats(floats(entry.getValue()), parameter.shape().toArray()));
            });
    model.train(true);
    model.randomness(new Rng(42));
    model.beginStep(3);
    return model;
  }

  private static Batch batch() {
    long[] ids = longs(FIXTURE.get("ids"));
    List<Target> targets =
        Arrays.stream(longs(FIXTURE.get("labels")))
            .mapToObj(label -> (Target) new Target.Single((int) label))
            .toList();
    return new Batch(
        ROWS,
        ids.length / ROWS,
        ids,
        longs(FIXTURE.get("mask")),
        new long[ids.length],
        true,
        targets,
        new int[] {0, 1, 2, 3},
        new long[0],
        Optional.empty(),
        Optional.empty());
  }

  @Test
  void freeLbGivesTheReferencesGradients() {
    for (JsonNode wanted : FIXTURE.get("freelb")) {
      var settings =
          new FreeLb.Settings(
              wanted.get("steps").asInt(),
              wanted.get("step_size").asDouble(),
              0,
              wanted.get("radius").asDouble());
      try (TinyClassifier model = model(0);
          Scope scope = Scope.open()) {
        var window = new Window(List.of(batch()), ROWS);
        new FreeLb<>(new TinyTask(), settings, 42).backward(model, batch(), window, Precision.FP32);
        wanted
            .get("gradients")
            .properties()
            .forEach(
                entry ->
                    assertThat(gradient(model, entry.getKey()))
                        .as("%s of %s", entry.getKey(), settings)
                        .containsExactly(floats(entry.getValue()), within(1e-6f)));
      }
    }
  }

  private static float[] gradient(Module model, String name) {
    return model.namedParameters().get(name).grad().orElseThrow().toFloats();
  }

  /** With a step too small to move anything, K passes are one: also under dropout. */
  @Test
  void freeLbDrawsTheSameDropoutInEveryPass() {
    try (TinyClassifier plain = model(0.5);
        TinyClassifier still = model(0.5);
        Scope scope = Scope.open()) {
      var window = new Window(List.of(batch()), ROWS);
      double once = new TinyTask().backward(plain, batch(), window, Precision.FP32);
      var settings = new FreeLb.Settings(4, 1e-30, 0, 0);
      double often =
          new FreeLb<>(new TinyTask(), settings, 42)
              .backward(still, batch(), window, Precision.FP32);
      assertThat(often).isCloseTo(once, within(1e-6));
      assertThat(gradient(still, "dense.weight"))
          .containsExactly(gradient(plain, "dense.weight"), within(1e-6f));
    }
  }

  @Test
  void rDropGivesTheReferencesLoss() {
    JsonNode wanted = FIXTURE.get("r_drop");
    Tensor first = Tensors.ofFloats(floats(wanted.get("first")), ROWS, 3);
    Tensor second = Tensors.ofFloats(floats(wanted.get("second")), ROWS, 3);
    double divergence = RDrop.divergence(first, second).item();
    assertThat(divergence).isCloseTo(wanted.get("divergence").asDouble(), within(1e-5));
    Tensor labels = Tensors.ofLongs(longs(FIXTURE.get("labels")), ROWS);
    double both =
        CrossEntropy.plain().sum(first, labels).item()
            + CrossEntropy.plain().sum(second, labels).item();
    assertThat(both / 2 + wanted.get("alpha").asDouble() * divergence)
        .isCloseTo(wanted.get("loss").asDouble(), within(1e-5));
  }
}
