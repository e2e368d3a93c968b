package org.attune.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.attune.testkit.TensorAssert.assertThatTensor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.attune.nn.OutputEmbeddings;
import org.attune.tensor.Autocast;
import org.attune.tensor.Autograd;
import org.attune.tensor.DType;
import org.attune.tensor.Functional;
import org.attune.tensor.Rng;
import org.attune.tensor.Scope;
import org.attune.tensor.Shape;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against the loss over all logits at once; seed 3. Embeddings and head share their weight. */
class ChunkedCrossEntropyTest {
  private static final int ROWS = 6;
  private static final int LENGTH = 7;
  private static final int WIDTH = 16;
  private static final int VOCABULARY = 53;
  private static final double DIVISOR = 29;

  private final Rng rng = new Rng(3);
  private final long[] ids = new Random(3).longs(ROWS * LENGTH, 0, VOCABULARY).toArray();
  private Scope scope;
  private Tensor table; // [V, D], tied
  private Tensor body; // [D, D]
  private Tensor mixer; // [D, D], the head's layer before its last
  private Tensor bias; // [V]

  @BeforeEach
  void makeParameters() {
    scope = Scope.open();
    table = rng.normal(Shape.of(VOCABULARY, WIDTH), 0.5, 0, 1).requiresGrad(true);
    body = rng.normal(Shape.of(WIDTH, WIDTH), 0.5, 0, 2).requiresGrad(true);
    bias = rng.normal(Shape.of(VOCABULARY), 0.5, 0, 3).requiresGrad(true);
    mixer = rng.normal(Shape.of(WIDTH, WIDTH), 0.5, 0, 4).requiresGrad(true);
  }

  @AfterEach
  void close() {
    scope.close();
  }

  private Tensor hidden() {
    Tensor embedded = Functional.embedding(Tensors.ofLongs(ids, ROWS, LENGTH), table, -1);
    return Functional.gelu(embedded.matmul(body)); // [B, T, D]
  }

  private Tensor transform(Tensor hidden) {
    return hidden.matmul(mixer).tanh();
  }

  private OutputEmbeddings output() {
    return new OutputEmbeddings(table, Optional.of(bias));
  }

  /** Every third place has a target. */
  private static long[] targets() {
    long[] targets = new Random(4).longs(ROWS * LENGTH, 0, VOCABULARY).toArray();
    for (int i = 0; i < targets.length; i++) {
      targets[i] = i % 3 == 1 ? targets[i] : CrossEntropy.IGNORE;
    }
    return targets;
  }

  private static long[] everywhere() {
    return new Random(4).longs(ROWS * LENGTH, 0, VOCABULARY).toArray();
  }

  private double plain(long[] targets) {
    Tensor loss =
        CrossEntropy.plain()
            .sum(output().logits(transform(hidden())), Tensors.ofLongs(targets, ROWS, LENGTH))
            .div(DIVISOR);
    loss.backward();
    return loss.item();
  }

  private Tensor[] takeGradients() {
    Tensor[] parameters = {table, body, bias, mixer};
    Tensor[] gradients = new Tensor[parameters.length];
    for (int i = 0; i < parameters.length; i++) {
      gradients[i] = parameters[i].grad().orElseThrow().copy();
      parameters[i].clearGrad();
    }
    return gradients;
  }

  private void assertSameAsPlain(long[] targets, long chunk) {
    double expected = plain(targets);
    Tensor[] gradients = takeGradients();
    double loss =
        new ChunkedCrossEntropy(chunk)
            .backward(this::transform, output(), hidden(), targets, DIVISOR);
    assertThat(loss).isCloseTo(expected, within(1e-6 * expected));
    Tensor[] chunked = takeGradients();
    for (int i = 0; i < gradients.length; i++) {
      assertThatTensor(chunked[i]).isCloseTo(gradients[i], 1e-6);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, VOCABULARY * 4, VOCABULARY * 5, 1 << 20})
  void lossAndGradientsAreThoseOfAllLogitsAtOnce(long chunk) {
    assertSameAsPlain(everywhere(), chunk);
    assertSameAsPlain(targets(), chunk);
  }

  @Test
  void onlyPlacesWithATargetReachTheHead() {
    int[] rows = {0};
    UnaryOperator<Tensor> counting =
        states -> {
          rows[0] += (int) states.size(0);
          return transform(states);
        };
    new ChunkedCrossEntropy(VOCABULARY * 4)
        .backward(counting, output(), hidden(), targets(), DIVISOR);
    assertThat(rows[0]).isEqualTo((int) ChunkedCrossEntropy.weight(targets())).isEqualTo(14);
  }

  @Test
  void gradientsOfSeveralBatchesAddUp() {
    double expected = plain(everywhere()) + plain(targets());
    Tensor[] gradients = takeGradients();
    var objective = new ChunkedCrossEntropy(VOCABULARY * 10);
    double loss =
        objective.backward(this::transform, output(), hidden(), everywhere(), DIVISOR)
            + objective.backward(this::transform, output(), hidden(), targets(), DIVISOR);
    assertThat(loss).isCloseTo(expected, within(1e-6 * expected));
    assertThatTensor(takeGradients()[0]).isCloseTo(gradients[0], 1e-6);
  }

  @Test
  void lossesAloneAreTheSameAndLeaveNoGradient() {
    double expected = plain(targets()) * DIVISOR;
    takeGradients();
    float[] losses =
        Autograd.noGrad(
            () ->
                new ChunkedCrossEntropy(VOCABULARY * 4)
                    .losses(this::transform, output(), hidden(), targets()));
    double sum = 0;
    for (int i = 0; i < losses.length; i++) {
      sum += losses[i];
      assertThat(losses[i] == 0).isEqualTo(targets()[i] == CrossEntropy.IGNORE);
    }
    assertThat(sum).isCloseTo(expected, within(1e-6 * expected));
    assertThat(table.grad()).isEmpty();
  }

  @Test
  void inBf16ItIsAsNearAsThePlainLossInBf16() {
    double exact = plain(everywhere());
    Tensor[] gradients = takeGradients();
    double loss =
        Autocast.bf16(
            () ->
                new ChunkedCrossEntropy(VOCABULARY * 10)
                    .backward(this::transform, output(), hidden(), everywhere(), DIVISOR));
    assertThat(loss).isCloseTo(exact, within(2e-2 * exact));
    Tensor[] rounded = takeGradients();
    assertThat(rounded[0].dtype()).isEqualTo(DType.F32);
    for (int i = 0; i < gradients.length; i++) {
      double scale = gradients[i].abs().max().item();
      assertThatTensor(rounded[i]).isCloseTo(gradients[i], 2e-2 * scale);
    }
  }

  /** In F32 the probability of such a target is zero. */
  @Test
  void aLossOfAThousandIsNotInfinite() {
    Tensor states = Tensors.ones(Shape.of(2, 1), DType.F32).requiresGrad(true);
    Tensor weight = Tensors.ofFloats(new float[] {0, 1000, 3}, 3, 1).requiresGrad(true);
    double loss =
        new ChunkedCrossEntropy(1 << 20)
            .backward(
                UnaryOperator.identity(),
                new OutputEmbeddings(weight, Optional.empty()),
                states,
                new long[] {0, 1},
                1);
    assertThat(loss).isEqualTo(1000);
    assertThatTensor(weight.grad().orElseThrow())
        .isCloseTo(Tensors.ofFloats(new float[] {-1, 1, 0}, 3, 1), 0);
  }

  @Test
  void frozenOutputEmbeddingsGetNoGradient() {
    Tensor frozen = table.detach();
    new ChunkedCrossEntropy(VOCABULARY * 4)
        .backward(
            this::transform,
            new OutputEmbeddings(frozen, Optional.of(bias.detach())),
            hidden(),
            targets(),
            DIVISOR);
    assertThat(frozen.grad()).isEmpty();
    assertThat(bias.grad()).isEmpty();
    assertThat(mixer.grad()).isPresent();
    assertThat(table.grad().orElseThrow().isSparse()).as("from the embeddings alone").isTrue();
  }

  @Test
  void aFrozenBodyIsNotWalked() {
    Tensor frozen = hidden().detach();
    new ChunkedCrossEntropy(VOCABULARY)
        .backward(this::transform, output(), frozen, targets(), DIVISOR);
    assertThat(bias.grad()).isPresent();
    assertThat(body.grad()).isEmpty();
  }

  @Test
  void noTargetsGiveNoLossAndNoGradient() {
    long[] none = new long[ROWS * LENGTH];
    java.util.Arrays.fill(none, CrossEntropy.IGNORE);
    double loss =
        new ChunkedCrossEntropy(VOCABULARY)
            .backward(this::transform, output(), hidden(), none, DIVISOR);
    assertThat(loss).isZero();
    assertThat(table.grad()).isEmpty();
  }

  @Test
  void aTargetOutsideTheVocabularyIsRefusedBeforeTheEngineSeesIt() {
    long[] wrong = everywhere();
    wrong[5] = VOCABULARY;
    assertThatThrownBy(
            () ->
                new ChunkedCrossEntropy(VOCABULARY)
                    .backward(this::transform, output(), hidden(), wrong, DIVISOR))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a target is 53, expected an id below 53");
  }

  /** 4096 places of 20,000 words are 328 MB of logits alone; four times that in the plain loss. */
  @Test
  void peakMemoryDoesNotGrowWithPlacesTimesVocabulary() throws Exception {
    long few = peakGrowth(256);
    long many = peakGrowth(4096);
    assertThat(many - few).as("bytes above those of 256 places").isLessThan(60L << 20);
  }

  private static long peakGrowth(int places) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                "-Dorg.bytedeco.javacpp.maxBytes=0",
                "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0",
                ChunkedMemory.class.getName(),
                Integer.toString(places))
            .redirectErrorStream(true)
            .start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(out).isZero();
    return Long.parseLong(out.strip().lines().reduce((before, last) -> last).orElseThrow());
  }
}
