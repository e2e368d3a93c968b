package org.attune.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Equal to scikit-learn and scipy to 1e-9 on every case of reference/metric_fixtures.py. */
class MetricParityTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static JsonNode cases(String kind) throws IOException {
    try (InputStream in =
        MetricParityTest.class.getResourceAsStream("/golden/metric/metrics.json")) {
      return JSON.readTree(in).get(kind);
    }
  }

  private static void compare(JsonNode testCase, Evaluation evaluation) {
    Map<String, Double> expected =
        JSON.convertValue(testCase.get("expected"), new TypeReference<>() {});
    expected.forEach(
        (name, value) -> {
          Score score = evaluation.scores().get(name);
          assertThat(score).as("%s of %s", name, testCase).isNotNull();
          assertThat(score.value()).as("%s of %s", name, testCase).isCloseTo(value, within(1e-9));
          assertThat(score.value()).isBetween(score.low(), score.high());
        });
    assertThat(evaluation.scores().keySet()).containsExactlyInAnyOrderElementsOf(expected.keySet());
  }

  @Test
  void classification() throws IOException {
    int cases = 0;
    for (JsonNode c : cases("classification")) {
      compare(
          c,
          ClassificationMetrics.evaluate(
              c.get("labels").asInt(),
              JSON.convertValue(c.get("gold"), int[].class),
              JSON.convertValue(c.get("probabilities"), double[][].class),
              1));
      cases++;
    }
    assertThat(cases).isEqualTo(60);
  }

  @Test
  void multiLabel() throws IOException {
    int cases = 0;
    for (JsonNode c : cases("multi_label")) {
      compare(
          c,
          MultiLabelMetrics.evaluate(
              c.get("labels").asInt(),
              JSON.convertValue(c.get("gold"), boolean[][].class),
              JSON.convertValue(c.get("probabilities"), double[][].class),
              0.5,
              1));
      cases++;
    }
    assertThat(cases).isEqualTo(31);
  }

  @Test
  void regression() throws IOException {
    int cases = 0;
    for (JsonNode c : cases("regression")) {
      compare(
          c,
          RegressionMetrics.evaluate(
              JSON.convertValue(c.get("gold"), double[].class),
              JSON.convertValue(c.get("predicted"), double[].class),
              1));
      cases++;
    }
    assertThat(cases).isEqualTo(31);
  }
}
