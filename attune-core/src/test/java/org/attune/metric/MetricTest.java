package org.attune.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Map;
import org.attune.AttuneException;
import org.junit.jupiter.api.Test;

/** What the metrics say where there is no number, how wide intervals are, what is refused. */
class MetricTest {
  @Test
  void whatTheDataDoesNotDefineHasAReasonAndNoNumber() {
    Evaluation one =
        ClassificationMetrics.evaluate(2, new int[] {1, 1}, new double[][] {{.2, .8}, {.6, .4}}, 1);
    assertThat(one.scores()).doesNotContainKey("roc_auc");
    assertThat(one.undefined())
        .containsExactly(
            Map.entry("roc_auc", "all rows have the same label, so there is nothing to rank"));

    Evaluation never =
        MultiLabelMetrics.evaluate(
            2, new boolean[2][2], new double[][] {{.2, .8}, {.6, .4}}, 0.5, 1);
    assertThat(never.undefined())
        .containsExactly(
            Map.entry(
                "roc_auc", "each label has no row or every row, so there is nothing to rank"));

    String constant = "all predictions or all targets are the same number";
    // The mean of three times 0.1 is not 0.1 in double arithmetic.
    Evaluation flat =
        RegressionMetrics.evaluate(new double[] {.1, .1, .1}, new double[] {0, 2, 3}, 1);
    assertThat(flat.scores()).containsOnlyKeys("mse", "mae");
    assertThat(flat.undefined())
        .containsOnly(Map.entry("pearson", constant), Map.entry("spearman", constant));
  }

  /** The JSON that docs/metrics.md shows. */
  @Test
  void theExampleOfTheDocumentIsTrue() throws JsonProcessingException {
    Evaluation evaluation =
        RegressionMetrics.evaluate(new double[] {3, 3, 3}, new double[] {1, 2.5, 3.5}, 0);
    assertThat(new ObjectMapper().writeValueAsString(evaluation.toMap()))
        .isEqualTo(
            """
            {"examples":3,"mse":{"value":1.5,"low":0.25,"high":4.0},\
            "mae":{"value":1.0,"low":0.5,"high":2.0},\
            "undefined":{"pearson":"all predictions or all targets are the same number",\
            "spearman":"all predictions or all targets are the same number"},\
            "signature":"regression|rows:3|interval:95%|resamples:1000|seed:0"}""");
  }

  @Test
  void aLabelWithoutRowsDoesNotUndoTheAreaOfTheOthers() {
    Evaluation evaluation =
        ClassificationMetrics.evaluate(
            3, new int[] {0, 1}, new double[][] {{.6, .3, .1}, {.2, .7, .1}}, 1);
    assertThat(evaluation.scores().get("roc_auc").value()).isEqualTo(1.0);
    assertThat(evaluation.signature())
        .isEqualTo("single-label|labels:3|auc-labels:2|rows:2|interval:95%|resamples:1000|seed:1");
    assertThat(evaluation.toMap()).containsEntry("signature", evaluation.signature());
  }

  /** The interval of a share p over n rows is about 3.92 * sqrt(p (1 - p) / n) wide. Seed 7. */
  @Test
  void intervalsNarrowWithMoreRows() {
    assertThat(widthOfAccuracy(100)).isCloseTo(3.92 * Math.sqrt(0.16 / 100), within(0.03));
    assertThat(widthOfAccuracy(10_000)).isCloseTo(3.92 * Math.sqrt(0.16 / 10_000), within(0.003));
  }

  private static double widthOfAccuracy(int rows) {
    int[] gold = new int[rows];
    double[][] probabilities = new double[rows][];
    for (int i = 0; i < rows; i++) {
      gold[i] = i % 2;
      boolean right = i % 5 != 0;
      probabilities[i] = (gold[i] == 1) == right ? new double[] {.3, .7} : new double[] {.7, .3};
    }
    Score accuracy =
        ClassificationMetrics.evaluate(2, gold, probabilities, 7).scores().get("accuracy");
    assertThat(accuracy.value()).isEqualTo(0.8);
    return accuracy.high() - accuracy.low();
  }

  @Test
  void confusionMatrixCountsGoldDownAndPredictedAcross() {
    ConfusionMatrix matrix =
        ConfusionMatrix.of(2, new int[] {0, 0, 1, 1, 1}, new int[] {0, 1, 1, 1, 0});
    assertThat(matrix.toArray()).isEqualTo(new long[][] {{1, 1}, {1, 2}});
    assertThat(matrix.toTable(List.of("no", "yes")))
        .isEqualTo("gold\\predicted\tno\tyes\nno\t1\t1\nyes\t1\t2");
  }

  @Test
  void refusesWhatWouldMakeANumberMeaningless() {
    refused(
        () -> ClassificationMetrics.evaluate(2, new int[0], new double[0][], 1),
        "metric: no rows, so there is nothing to measure");
    refused(
        () -> ClassificationMetrics.evaluate(2, new int[2], new double[3][2], 1),
        "metric: 2 gold rows but 3 predictions, expected one for one");
    refused(
        () -> ClassificationMetrics.evaluate(2, new int[] {2}, new double[1][2], 1),
        "metric: gold label 2 of row 0 is not one of 0 to 1");
    refused(
        () -> ClassificationMetrics.evaluate(2, new int[1], new double[1][3], 1),
        "metric: row 0 has 3 probabilities, expected one for each of 2 labels");
    refused(
        () -> ClassificationMetrics.evaluate(2, new int[1], new double[][] {{Double.NaN, 0}}, 1),
        "metric: a probability of row 0 is NaN; did training diverge?");
    refused(
        () -> MultiLabelMetrics.evaluate(2, new boolean[1][1], new double[1][2], 0.5, 1),
        "metric: row 0 has 1 gold decisions, expected one for each of 2 labels");
    refused(
        () -> RegressionMetrics.evaluate(new double[1], new double[] {1 / 0.0}, 1),
        "metric: the prediction of row 0 is Infinity; did training diverge?");
    refused(
        () -> ConfusionMatrix.of(2, new int[1], new int[] {-1}),
        "metric: predicted label -1 of row 0 is not one of 0 to 1");
  }

  private static void refused(Runnable call, String message) {
    assertThatThrownBy(call::run).isInstanceOf(AttuneException.class).hasMessage(message);
  }
}
