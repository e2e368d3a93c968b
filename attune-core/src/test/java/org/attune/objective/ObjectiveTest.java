package org.attune.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.attune.UsageException;
import org.attune.tensor.DType;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;
import org.junit.jupiter.api.Test;

/** Expected numbers: torch.nn.functional 2.13 with reduction="mean" on the same values. */
class ObjectiveTest {
  private static final float[] LOGITS = {1, -2, 0.5f, 0, 3, -1, 2, 2, -4};
  private static final Tensor CLASSES = Tensors.ofLongs(new long[] {0, 2, -100}, 3);
  private static final Tensor MARKS =
      Tensors.ofFloats(new float[] {1, 0, 1, 0, 0, 0, 0, 1, 0}, 3, 3);

  private static Tensor logits() {
    return Tensors.ofFloats(LOGITS, 3, 3);
  }

  @Test
  void crossEntropyIgnoresMinus100() {
    assertMean(CrossEntropy.plain(), logits(), CLASSES, 2, 2.285240411758423);
    assertMean(new CrossEntropy(0.1), logits(), CLASSES, 2, 2.260240316390991);
  }

  @Test
  void classWeightsCountAsPyTorchCountsThem() {
    var weights = List.of(0.5, 1.0, 3.0);
    assertMean(new WeightedCrossEntropy(weights, 0, 0), logits(), CLASSES, 3.5, 3.55712890625);
    assertMean(new WeightedCrossEntropy(weights, 0, 0.1), logits(), CLASSES, 3.5, 3.39729380607605);
  }

  @Test
  void focalLossFollowsItsFormula() {
    var weights = List.of(0.5, 1.0, 3.0);
    Tensor classes = Tensors.ofLongs(new long[] {0, 2, 1}, 3);
    assertMean(new WeightedCrossEntropy(weights, 2, 0), logits(), classes, 4.5, 2.6659007602267795);
    assertMean(
        new WeightedCrossEntropy(weights, 0.5, 0), logits(), classes, 4.5, 2.831721411810981);
    assertMean(new WeightedCrossEntropy(weights, 0, 0), logits(), classes, 4.5, 2.920963764190674);
  }

  @Test
  void focalLossOfASureItemHasAFiniteSlope() {
    Tensor sure = Tensors.ofFloats(new float[] {200, 0}, 1, 2).requiresGrad(true);
    new WeightedCrossEntropy(List.of(1.0, 1.0), 0.5, 0)
        .sum(sure, Tensors.ofLongs(new long[] {0}, 1))
        .backward();
    assertThat(sure.grad().orElseThrow().allFinite()).isTrue();
  }

  @Test
  void balancedWeightsMakeClassesCountAlike() {
    assertThat(WeightedCrossEntropy.balanced(List.of(30, 10))).containsExactly(40 / 60.0, 2.0);
  }

  @Test
  void refusesWeightsThatMakeNoSense() {
    assertThatThrownBy(() -> new WeightedCrossEntropy(List.of(1.0, 0.0), 0, 0))
        .isInstanceOf(UsageException.class)
        .hasMessage("cross_entropy: a class weight is 0.0, expected a number above 0");
    assertThatThrownBy(() -> new WeightedCrossEntropy(List.of(1.0), 2, 0.1))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("no meaning with gamma");
  }

  @Test
  void tokensAreItemsAsExamplesAre() {
    assertMean(
        CrossEntropy.plain(),
        logits().reshape(1, 3, 3),
        CLASSES.reshape(1, 3),
        2,
        2.285240411758423);
  }

  @Test
  void gradientOfTheMeanIsPyTorchs() {
    Tensor logits = logits().requiresGrad(true);
    CrossEntropy.plain().sum(logits, CLASSES).div(2).backward();
    assertThat(logits.grad().orElseThrow().toFloats())
        .containsExactly(
            new float[] {
              -0.19812554f,
              0.015029443f,
              0.18309611f,
              0.023306312f,
              0.46811977f,
              -0.49142608f,
              0,
              0,
              0
            },
            within(1e-7f));
  }

  @Test
  void everyLabelOfAnExampleIsAnItem() {
    assertMean(new BinaryCrossEntropy(), logits(), MARKS, 9, 0.8045855164527893);
  }

  @Test
  void squaredError() {
    assertMean(new SquaredError(), logits(), MARKS, 9, 3.9166667461395264);
  }

  @Test
  void cosineSimilarity() {
    Tensor scores = Tensors.ofFloats(new float[] {0.5f, -1, 1}, 3);
    assertThat(CosineSimilarity.between(logits(), MARKS.plus(1)).toFloats())
        .containsExactly(new float[] {0.14547859f, 0.36514834f, 0.16666667f}, within(1e-6f));
    assertThat(new CosineSimilarity().sum(logits(), MARKS.plus(1), scores).item() / 3)
        .isCloseTo(0.8945866227149963, within(1e-6));
  }

  @Test
  void bf16PredictionsGiveAnFp32Loss() {
    Tensor half = logits().to(DType.BF16);
    assertThat(CrossEntropy.plain().sum(half, CLASSES).dtype()).isEqualTo(DType.F32);
    assertMean(CrossEntropy.plain(), half, CLASSES, 2, 2.285240411758423);
  }

  private static void assertMean(
      Objective objective, Tensor predictions, Tensor targets, double weight, double mean) {
    assertThat(objective.weight(targets)).isEqualTo(weight);
    assertThat(objective.sum(predictions, targets).item() / weight).isCloseTo(mean, within(1e-6));
  }

  @Test
  void refusesSmoothingOutOfRange() {
    assertThatThrownBy(() -> new CrossEntropy(1))
        .isInstanceOf(UsageException.class)
        .hasMessage("cross_entropy: label_smoothing is 1.0, expected a number in [0, 1)");
  }
}
