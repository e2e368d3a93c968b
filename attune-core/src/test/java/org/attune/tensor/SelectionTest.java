package org.attune.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.attune.testkit.TensorAssert.assertThatTensor;

import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The best of many scores are those of a full sort, whatever the number of scores. */
class SelectionTest {
  private static final long SEED = 20_261_124;

  @ParameterizedTest
  @CsvSource({
    "1, 10, 3",
    "3, 2048, 8",
    "33, 4099, 8",
    "20, 32128, 8",
    "12, 50257, 50",
    "2, 300, 300"
  })
  void topIsTheBeginningOfASort(int rows, int width, int count) {
    try (Scope scope = Scope.open()) {
      Tensor scores = new Rng(SEED).normal(Shape.of(rows, width), 1, 0, width);
      Tensor banned = scores.maskedFill(scores.gt(2.5), -1e30);
      for (Tensor tensor : new Tensor[] {scores, banned}) {
        Selection.Best best = Selection.top(tensor, count);
        Tensor sorted =
            EngineCall.tensor("sort", () -> torch.sort(tensor.handle(), -1, true).get0(), tensor);
        assertThatTensor(best.values()).isCloseTo(sorted.narrow(1, 0, count), 0);
        assertThatTensor(tensor.gather(1, best.indices())).isCloseTo(best.values(), 0);
      }
    }
  }

  @Test
  void equalScoresAreTakenOnceEach() {
    try (Scope scope = Scope.open()) {
      Tensor scores = Tensors.zeros(Shape.of(2, 5000), DType.F32);
      Selection.Best best = Selection.top(scores, 6);
      long[] row = best.indices().select(0, 1).toLongs();
      assertThat(java.util.Arrays.stream(row).distinct().count()).isEqualTo(6);
    }
  }

  @ParameterizedTest
  @CsvSource({"3, 7, 2", "40, 32128, 8"})
  void logProbabilitiesOfTheBestAreThoseOfTheSoftmax(int rows, int width, int count) {
    try (Scope scope = Scope.open()) {
      Tensor scores = new Rng(SEED).normal(Shape.of(rows, width), 3, 0, 1).plus(40);
      Tensor expected = Functional.logSoftmax(scores, -1);
      Selection.Best best = Selection.topLogProbabilities(scores, count);
      assertThatTensor(best.values()).isCloseTo(expected.gather(1, best.indices()), 2e-6);
      Selection.Best again = Selection.top(expected, count);
      assertThatTensor(again.values()).isCloseTo(best.values(), 2e-6);
    }
  }

  @ParameterizedTest
  @CsvSource({"3, 7", "40, 32128"})
  void logSumExpIsThatOfEachRow(int rows, int width) {
    try (Scope scope = Scope.open()) {
      Tensor scores = new Rng(SEED).normal(Shape.of(rows, width), 3, 0, 1);
      Tensor expected = scores.minus(Functional.logSoftmax(scores, -1)).select(1, 0);
      assertThatTensor(Selection.logSumExp(scores)).isCloseTo(expected, 1e-5);
    }
  }
}
