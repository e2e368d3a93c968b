package org.attune.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.attune.UsageException;
import org.attune.nn.Embedding;
import org.attune.nn.Linear;
import org.attune.nn.Module;
import org.attune.nn.Parameter;
import org.attune.tensor.DType;
import org.attune.tensor.Rng;
import org.attune.tensor.Scope;
import org.attune.tensor.Shape;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;
import org.attune.train.TinyClassifier;
import org.junit.jupiter.api.Test;

class OptimizerTest {
  private static final Tensor IDS = Tensors.ofLongs(new long[] {1, 2, 3, 4, 5, 6}, 2, 3);
  private static final Tensor MASK = Tensors.ones(Shape.of(2, 3), DType.F32);
  private static final String HEAD = "head.weight";

  @Test
  void stepsAsTheFormulaSaysWithDecayOnlyWhereItBelongs() {
    var settings = new AdamW(0.01, 0.1, 0.9, 0.99, 1e-8);
    try (var model = new TinyClassifier(0, 7);
        Optimizer optimizer = settings.over(model)) {
      var weight = new ByHand(settings, model, "dense.weight", 0.1);
      var bias = new ByHand(settings, model, "dense.bias", 0);
      var norm = new ByHand(settings, model, "scale.weight", 0);
      for (int step = 1; step <= 50; step++) {
        backward(model);
        for (ByHand hand : List.of(weight, bias, norm)) {
          hand.step(step, 0.01 / step);
        }
        optimizer.step(0.01 / step, 1);
        model.clearGrads();
      }
      for (ByHand hand : List.of(weight, bias, norm)) {
        hand.assertEqual();
      }
    }
  }

  /** A table of two blocks, of which a step reads few rows, some twice; ids of seed 3. */
  private static final class Table extends Module {
    private final Embedding embedding = child("embedding", new Embedding(3000, 200, 0));

    Table() {
      initialize(new Rng(7), 0.02);
    }

    Parameter weight() {
      return embedding.weight();
    }
  }

  @Test
  void aTableWithASparseGradientMovesAsWithADenseOne() {
    var settings = new AdamW(0.01, 0.1, 0.9, 0.99, 1e-8);
    try (var sparse = new Table();
        var dense = new Table();
        Optimizer ofSparse = settings.over(sparse);
        Optimizer ofDense = settings.over(dense)) {
      for (int step = 0; step < 4; step++) {
        long[] ids = new Random(3 + step).longs(40, 0, 3000).toArray();
        ids[1] = ids[2];
        ids[3] = 0; // the padding, which gets no gradient
        float[] gradient = new float[3000 * 200];
        for (long id : ids) {
          for (int i = 0; id != 0 && i < 200; i++) {
            gradient[(int) id * 200 + i] += i - 100;
          }
        }
        try (Scope scope = Scope.open()) {
          Tensor slope = Tensors.range(200).to(DType.F32).minus(100);
          sparse.embedding.forward(Tensors.ofLongs(ids, 40)).times(slope).sum().backward();
          dense.weight().value().times(Tensors.ofFloats(gradient, 3000, 200)).sum().backward();
          assertThat(sparse.weight().storedGrad().orElseThrow().isSparse()).isTrue();
          double norm = GradientClip.measure(List.of(dense.weight()), 1).norm();
          assertThat(GradientClip.measure(List.of(sparse.weight()), 1).norm())
              .isCloseTo(norm, within(1e-5 * norm));
          ofSparse.step(0.01, 0.5);
          ofDense.step(0.01, 0.5);
        }
        sparse.clearGrads();
        dense.clearGrads();
      }
      assertThat(sparse.weight().value().toFloats()).isEqualTo(dense.weight().value().toFloats());
    }
  }

  /** AdamW in double precision over one parameter's elements. */
  private static final class ByHand {
    private final AdamW settings;
    private final Parameter parameter;
    private final double decay;
    private final double[] w;
    private final double[] m;
    private final double[] v;

    ByHand(AdamW settings, Module model, String name, double decay) {
      this.settings = settings;
      this.parameter = model.namedParameters().get(name);
      this.decay = decay;
      float[] start = parameter.value().toFloats();
      w = new double[start.length];
      for (int i = 0; i < w.length; i++) {
        w[i] = start[i];
      }
      m = new double[w.length];
      v = new double[w.length];
    }

    void step(int step, double lr) {
      float[] g = parameter.grad().orElseThrow().toFloats();
      for (int i = 0; i < w.length; i++) {
        m[i] = settings.beta1() * m[i] + (1 - settings.beta1()) * g[i];
        v[i] = settings.beta2() * v[i] + (1 - settings.beta2()) * g[i] * g[i];
        double mHat = m[i] / (1 - Math.pow(settings.beta1(), step));
        double vHat = v[i] / (1 - Math.pow(settings.beta2(), step));
        w[i] -= lr * decay * w[i];
        w[i] -= lr * mHat / (Math.sqrt(vHat) + settings.eps());
      }
    }

    void assertEqual() {
      float[] got = parameter.value().toFloats();
      for (int i = 0; i < w.length; i++) {
        assertThat((double) got[i]).as("element %d", i).isCloseTo(w[i], within(2e-5));
      }
    }
  }

  private static void backward(TinyClassifier model) {
    try (Scope scope = Scope.open()) {
      Scope.tidy(() -> model.forward(IDS, MASK).square().sum()).backward();
    }
  }

  @Test
  void biasesAndNormsDoNotDecayAndTiedParametersCountOnce() {
    var tied = new Tied();
    assertThat(decays(tied)).isEqualTo(Map.of("in.weight", 0.01, "out.bias", 0.0));
    try (var model = new TinyClassifier(0, 7)) {
      assertThat(decays(model))
          .isEqualTo(
              Map.of(
                  "embedding.weight",
                  0.01,
                  "dense.weight",
                  0.01,
                  HEAD,
                  0.01,
                  "scale.weight",
                  0.0,
                  "scale.bias",
                  0.0,
                  "dense.bias",
                  0.0,
                  "head.bias",
                  0.0));
    }
  }

  private static Map<String, Double> decays(Module model) {
    Map<String, Double> decays = new LinkedHashMap<>();
    ParameterGroups.of(AdamW.of(1), model)
        .forEach(
            group -> group.parameters().keySet().forEach(n -> decays.put(n, group.weightDecay())));
    return decays;
  }

  private static final class Tied extends Module {
    Tied() {
      Linear in = child("in", Linear.withoutBias(4, 4));
      child("out", Linear.tied(in.weight()));
      initialize(new Rng(1), 1);
    }
  }

  @Test
  void parametersThatAreFrozenOrHaveNoGradientStayBitForBit() {
    try (var model = new TinyClassifier(0, 7)) {
      Parameter embedding = model.namedParameters().get("embedding.weight");
      embedding.trainable(false);
      try (Optimizer optimizer = AdamW.of(0.1).over(model)) {
        float[] frozen = embedding.value().toFloats();
        float[] head = model.namedParameters().get(HEAD).value().toFloats();
        optimizer.step(0.1, 1); // no gradient anywhere
        assertThat(model.namedParameters().get(HEAD).value().toFloats()).isEqualTo(head);
        assertThat(optimizer.state()).isEmpty();
        backward(model);
        optimizer.step(0.1, 1);
        assertThat(embedding.value().toFloats()).isEqualTo(frozen);
        assertThat(model.namedParameters().get(HEAD).value().toFloats()).isNotEqualTo(head);
      }
    }
  }

  @Test
  void clipsByTheGlobalNormAsPyTorchDoes() {
    try (var a = new TinyClassifier(0, 7);
        var b = new TinyClassifier(0, 7);
        Optimizer clipped = new AdamW(0.1, 0, 0, 0.9, 1).over(a);
        Optimizer scaled = new AdamW(0.1, 0, 0, 0.9, 1).over(b)) {
      backward(a);
      backward(b);
      double squares = 0;
      for (Parameter parameter : b.namedParameters().values()) {
        for (float g : parameter.grad().orElseThrow().toFloats()) {
          squares += (double) g * g;
        }
      }
      GradientClip clip = GradientClip.measure(a.namedParameters().values(), 0.5);
      assertThat(clip.isFinite()).isTrue();
      assertThat(clip.norm()).isCloseTo(Math.sqrt(squares), within(1e-5));
      assertThat(clip.factor()).isCloseTo(0.5 / (Math.sqrt(squares) + 1e-6), within(1e-6));
      for (Parameter parameter : b.namedParameters().values()) {
        parameter.storedGrad().orElseThrow().timesInPlace(clip.factor());
      }
      clipped.step(0.1, clip.factor());
      scaled.step(0.1, 1);
      a.namedParameters()
          .forEach(
              (name, parameter) ->
                  assertThat(parameter.value().toFloats())
                      .as(name)
                      .containsExactly(
                          b.namedParameters().get(name).value().toFloats(), within(1e-7f)));
      assertThat(GradientClip.measure(a.namedParameters().values(), 1e9).factor()).isEqualTo(1);
    }
  }

  @Test
  void aGradientThatIsNotFiniteIsNoticed() {
    try (var model = new TinyClassifier(0, 7)) {
      Scope.tidy(() -> model.forward(IDS, MASK).times(Double.NaN).sum()).backward();
      GradientClip clip = GradientClip.measure(model.namedParameters().values(), 1);
      assertThat(clip.isFinite()).isFalse();
    }
  }

  @Test
  void aSavedStateGoesOnBitForBit() {
    try (var a = new TinyClassifier(0, 7);
        var b = new TinyClassifier(0, 7);
        Optimizer first = AdamW.of(0.05).over(a);
        Optimizer second = AdamW.of(0.05).over(b)) {
      for (int step = 0; step < 3; step++) {
        train(a, first);
      }
      b.namedParameters()
          .forEach((name, p) -> p.set(a.namedParameters().get(name).value().detach().copy()));
      second.load(first.state());
      train(a, first);
      train(b, second);
      a.namedParameters()
          .forEach(
              (name, p) ->
                  assertThat(b.namedParameters().get(name).value().toFloats())
                      .as(name)
                      .isEqualTo(p.value().toFloats()));
    }
  }

  private static void train(TinyClassifier model, Optimizer optimizer) {
    backward(model);
    optimizer.step(0.05, 1);
    model.clearGrads();
  }

  @Test
  void refusesAStateOfOtherParameters() {
    try (var model = new TinyClassifier(0, 7);
        Optimizer optimizer = AdamW.of(0.05).over(model)) {
      train(model, optimizer);
      Map<String, Tensor> foreign = new LinkedHashMap<>(optimizer.state());
      foreign.put("lora.step", foreign.get("head.bias.step"));
      try (Optimizer other = AdamW.of(0.05).over(model)) {
        assertThatThrownBy(() -> other.load(foreign))
            .hasMessage(
                "optimizer: the saved state has 'lora.step', which no trainable parameter matches;"
                    + " was the checkpoint made by another model, another optimizer or with other"
                    + " parameters frozen?");
        Map<String, Tensor> torn = new LinkedHashMap<>(optimizer.state());
        torn.remove("head.bias.exp_avg");
        assertThatThrownBy(() -> other.load(torn))
            .hasMessage("optimizer: the saved state lacks 'head.bias.exp_avg'");
        torn.put("head.bias.exp_avg", Tensors.zeros(Shape.of(4), DType.F32));
        assertThatThrownBy(() -> other.load(torn))
            .hasMessage(
                "optimizer: the saved head.bias.exp_avg is [4] F32, the model expects [3] F32");
      }
    }
  }

  @Test
  void refusesSettingsOutOfRange() {
    assertThatThrownBy(() -> AdamW.of(0))
        .isInstanceOf(UsageException.class)
        .hasMessage("adamw: lr is 0.0, expected a number above 0");
    assertThatThrownBy(() -> AdamW.of(1e-3).withBetas(0.9, 1))
        .hasMessage("adamw: beta2 is 1.0, expected a number in [0, 1)");
    assertThatThrownBy(() -> AdamW.of(1e-3).withWeightDecay(Double.NaN))
        .hasMessage("adamw: weight_decay is NaN, expected a number in [0, 1)");
    assertThatThrownBy(() -> AdamW.of(1e-3).withEps(-1))
        .hasMessage("adamw: eps is -1.0, expected a number above 0");
  }
}
