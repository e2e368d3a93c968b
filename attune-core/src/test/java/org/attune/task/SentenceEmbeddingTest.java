package org.attune.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Optional;
import org.attune.AttuneException;
import org.attune.data.Dataset;
import org.attune.data.Example;
import org.attune.data.Labels;
import org.attune.data.Target;
import org.attune.models.ModelInput;
import org.attune.tensor.Autograd;
import org.attune.tensor.Scope;
import org.attune.tensor.Tensors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Embeddings of the built-in model, a real one. */
class SentenceEmbeddingTest {
  private static final List<String> TEXTS =
      List.of(
          "A man is playing a guitar.",
          "Somebody plays an instrument on the stage of a crowded and rather noisy hall.",
          "The stock market fell.",
          "");

  private static Predictor predictor;

  @BeforeAll
  static void open() {
    predictor = Predictor.open("builtin:all-minilm-l6-v2");
  }

  @AfterAll
  static void close() {
    predictor.close();
  }

  @Test
  void vectorsAreTheMeanOverTheTokensScaledToLengthOne() {
    float[][] vectors = predictor.embed(TEXTS);
    for (int i = 0; i < TEXTS.size(); i++) {
      double[] expected = plainMean(TEXTS.get(i));
      double length = 0;
      for (int d = 0; d < expected.length; d++) {
        assertThat((double) vectors[i][d]).isCloseTo(expected[d], within(1e-5));
        length += (double) vectors[i][d] * vectors[i][d];
      }
      assertThat(Math.sqrt(length)).isCloseTo(1, within(1e-5));
    }
  }

  /** The same in plain loops over the last hidden state of the text alone. */
  private static double[] plainMean(String text) {
    int[] ids = predictor.tokenizer().encode(text).ids();
    long[] wide = java.util.Arrays.stream(ids).asLongStream().toArray();
    float[] hidden;
    try (Scope scope = Scope.open()) {
      ModelInput input = ModelInput.of(Tensors.ofLongs(wide, 1, wide.length));
      hidden = Autograd.noGrad(() -> predictor.model().forward(input)).toFloats(); // [T * D]
    }
    double[] mean = new double[hidden.length / ids.length];
    for (int i = 0; i < hidden.length; i++) {
      mean[i % mean.length] += hidden[i] / (double) ids.length;
    }
    double length = 0;
    for (double value : mean) {
      length += value * value;
    }
    for (int d = 0; d < mean.length; d++) {
      mean[d] /= Math.sqrt(length);
    }
    return mean;
  }

  @Test
  void likeTextsAreNearerThanUnlikeOnes() {
    float[][] vectors = predictor.embed(TEXTS);
    assertThat(cosine(vectors[0], vectors[1])).isGreaterThan(cosine(vectors[0], vectors[2]) + 0.2);
  }

  private static double cosine(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }

  @Test
  void noTextsGiveNoVectors() {
    assertThat(predictor.embed(List.of())).isEmpty();
    assertThat(predictor.predict(List.of(), false)).isEmpty();
  }

  @Test
  void encoderDoesNotClassify() {
    assertThatThrownBy(() -> predictor.classify("a text"))
        .isInstanceOf(AttuneException.class)
        .hasMessage("predict: this model has no classification head; it embeds");
  }

  @Test
  void pairsWithoutScoresOrBeyondTheRangeAreRefused() {
    Example good = new Example("a", Optional.of("b"), new Target.Score(4));
    Example high = new Example("a", Optional.of("b"), new Target.Score(5.5));
    Dataset pairs = Dataset.of("pairs", List.of(good, high), Labels.of(List.of()));
    assertThatThrownBy(() -> predictor.evaluate(pairs, 5))
        .isInstanceOf(AttuneException.class)
        .hasMessage(
            "task: row 2 of pairs must have two texts and a score from 0 to 5.0; name the columns"
                + " with text, text_pair and score, and the range with max_score");
  }
}
