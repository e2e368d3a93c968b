package org.attune.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.attune.testkit.TensorAssert.largestDifference;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.attune.checkpoint.ConfigJson;
import org.attune.nn.BackwardPlan;
import org.attune.nn.Parameter;
import org.attune.tensor.Autocast;
import org.attune.tensor.NativeHandles;
import org.attune.tensor.Rng;
import org.attune.tensor.Scope;
import org.attune.tensor.Tensor;
import org.attune.testkit.Golden;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever way a model goes backward, its gradients are those of the engine's one pass: of every
 * head of every family, with five layers, with dropout, layers left out and layers that are frozen;
 * seed 3.
 */
class BackwardPlanTest {
  private static final long SEED = 3;
  private static final int LAYERS = 5;

  /** What the families call their number of layers. */
  private static final List<String> LAYER_KEYS =
      List.of(
          "num_hidden_layers",
          "n_layers",
          "n_layer",
          "num_layers",
          "num_decoder_layers",
          "encoder_layers",
          "decoder_layers");

  static List<String> folders() {
    return FamilyParityTest.folders();
  }

  private static Model model(String folder) {
    ConfigJson config = ConfigJson.read(Golden.folder(folder).resolve("config.json"));
    for (String key : LAYER_KEYS) {
      if (config.names(key)) {
        config = config.with(key, LAYERS);
      }
    }
    for (String key : List.of("encoder_layerdrop", "decoder_layerdrop")) {
      if (config.names(key)) {
        config = config.with(key, 0.3);
      }
    }
    Model model = Pretrained.create(Families.of(config).withDropout(config, 0.2));
    model.initialize(new Rng(SEED), 0.1);
    model.randomness(new Rng(SEED));
    model.train(true);
    return model;
  }

  /** Loss and gradients of the first case of the golden files. */
  private static Map<String, Tensor> gradients(String folder, Model model, BackwardPlan plan) {
    Golden golden = Golden.read(folder);
    String name = golden.values().get("loss").fieldNames().next();
    var batch = new ParityCase(folder, name, golden, model);
    model.backwardPlan(plan);
    model.clearGrads();
    Map<String, Tensor> gradients = new LinkedHashMap<>();
    // Several steps, as each has layers of its own left out.
    for (int step = 0; step < 2; step++) {
      model.beginStep(step);
      Tensor loss = batch.loss(batch.outputs());
      gradients.put("loss " + step, loss.detach());
      loss.backward();
    }
    model.namedParameters().forEach((key, p) -> p.grad().ifPresent(g -> gradients.put(key, g)));
    return gradients;
  }

  private static void compare(
      String folder, Model model, Supplier<BackwardPlan> plan, boolean bitwise) {
    Map<String, Tensor> whole = gradients(folder, model, BackwardPlan.WHOLE);
    Map<String, Tensor> other = gradients(folder, model, plan.get());
    assertThat(other.keySet()).isEqualTo(whole.keySet());
    whole.forEach(
        (name, expected) -> {
          double size = Math.max(1, expected.abs().max().item());
          assertThat(largestDifference(other.get(name), expected) / size)
              .as("%s: %s", folder, name)
              .isLessThanOrEqualTo(bitwise ? 0 : 1e-6);
        });
  }

  /**
   * Where several layers read one tensor that is learned, its gradient is summed in another order.
   */
  private static boolean isBitwise(String folder) {
    return !folder.startsWith("t5/")
        && !(folder.startsWith("bart/") && !folder.contains("causal_lm"));
  }

  private static List<Supplier<BackwardPlan>> plans() {
    return List.of(
        () -> BackwardPlan.recomputing(1),
        () -> BackwardPlan.recomputing(2),
        () -> BackwardPlan.recomputing(LAYERS),
        () -> BackwardPlan.WHOLE.whenFinished(parameters -> {}),
        () -> BackwardPlan.recomputing(2).whenFinished(parameters -> {}));
  }

  @ParameterizedTest
  @MethodSource("folders")
  void gradientsAreThoseOfTheWholeGraph(String folder) {
    try (Model model = model(folder)) {
      for (Supplier<BackwardPlan> plan : plans()) {
        try (Scope scope = Scope.open()) {
          compare(folder, model, plan, isBitwise(folder));
        }
      }
    }
  }

  /** The engine's cache of cast weights must not carry unrecorded copies into the second run. */
  @ParameterizedTest
  @MethodSource("folders")
  void autocastIsTheSameTheSecondTime(String folder) {
    try (Model model = model(folder)) {
      Map<String, Tensor> whole;
      Map<String, Tensor> again;
      try (Scope scope = Scope.open()) {
        whole = Autocast.bf16(() -> gradients(folder, model, BackwardPlan.WHOLE));
        again = Autocast.bf16(() -> gradients(folder, model, BackwardPlan.recomputing(1)));
        assertThat(again.keySet()).isEqualTo(whole.keySet());
        whole.forEach(
            (name, expected) -> {
              double size = Math.max(1e-3, expected.abs().max().item());
              assertThat(largestDifference(again.get(name), expected) / size)
                  .as("%s: %s", folder, name)
                  .isLessThanOrEqualTo(isBitwise(folder) ? 0 : 2e-2);
            });
      }
    }
  }

  /** A frozen prefix is neither recorded nor run twice, and what lies above it learns as before. */
  @ParameterizedTest
  @MethodSource("folders")
  void frozenLayersAreLeftOut(String folder) {
    try (Model model = model(folder)) {
      model
          .namedParameters()
          .forEach(
              (name, parameter) -> {
                if (name.matches(".*\\b[012]\\b.*") || name.matches(".*(embed|wte|wpe|shared).*")) {
                  parameter.trainable(false);
                }
              });
      for (Supplier<BackwardPlan> plan : plans()) {
        try (Scope scope = Scope.open()) {
          compare(folder, model, plan, isBitwise(folder));
        }
      }
    }
  }

  /**
   * Each parameter of a layer is announced once a pass, with its gradient, the last layer first.
   */
  @ParameterizedTest
  @MethodSource("folders")
  void layersAreAnnouncedWhenTheirGradientsAreComplete(String folder) {
    try (Model model = model(folder);
        Scope scope = Scope.open()) {
      List<Parameter> announced = new ArrayList<>();
      BackwardPlan plan = BackwardPlan.WHOLE.whenFinished(announced::addAll);
      Golden golden = Golden.read(folder);
      String name = golden.values().get("loss").fieldNames().next();
      var batch = new ParityCase(folder, name, golden, model);
      model.backwardPlan(plan);
      model.clearGrads();
      model.beginStep(0);
      batch.loss(batch.outputs()).backward();
      assertThat(announced).isNotEmpty().doesNotHaveDuplicates();
      assertThat(announced).allMatch(parameter -> parameter.grad().isPresent());
    }
  }

  /** Cuts that no backward pass reaches are freed with the step's scope. */
  @ParameterizedTest
  @MethodSource("folders")
  void nothingIsLeftBehind(String folder) {
    try (Model model = model(folder)) {
      Golden golden = Golden.read(folder);
      String name = golden.values().get("loss").fieldNames().next();
      model.backwardPlan(BackwardPlan.recomputing(1));
      long before = 0;
      for (int round = 0; round < 3; round++) {
        before = NativeHandles.count();
        try (Scope scope = Scope.open()) {
          var batch = new ParityCase(folder, name, golden, model);
          model.beginStep(round);
          Tensor loss = batch.loss(batch.outputs());
          if (round != 1) {
            loss.backward();
            model.clearGrads();
          }
        }
      }
      assertThat(NativeHandles.count()).isLessThanOrEqualTo(before);
    }
  }
}
