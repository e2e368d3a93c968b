package org.attune.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.attune.UsageException;
import org.attune.metric.Evaluation;
import org.attune.metric.Score;
import org.junit.jupiter.api.Test;

class BestTest {
  @Test
  void anyGainIsABestButOnlyALargeOneIsFresh() {
    Best first = Best.none().next(10, 0.80, "accuracy", 0.01);
    assertThat(first).isEqualTo(new Best(10, 0.80, 0));
    assertThat(first.next(20, 0.805, "accuracy", 0.01)).isEqualTo(new Best(20, 0.805, 1));
    assertThat(first.next(20, 0.80, "accuracy", 0)).isEqualTo(new Best(10, 0.80, 1));
    assertThat(first.next(20, 0.90, "accuracy", 0.01)).isEqualTo(new Best(20, 0.90, 0));
  }

  @Test
  void aLossShouldFall() {
    Best first = Best.none().next(10, 0.5, "loss", 0);
    assertThat(first.next(20, 0.4, "loss", 0)).isEqualTo(new Best(20, 0.4, 0));
    assertThat(first.next(20, 0.6, "loss", 0)).isEqualTo(new Best(10, 0.5, 1));
  }

  @Test
  void aMetricThatIsNotDefinedIsNoGain() {
    Best none = Best.none().next(10, Double.NaN, "auc", 0);
    assertThat(none.exists()).isFalse();
    assertThat(none.next(20, 0.1, "auc", 0)).isEqualTo(new Best(20, 0.1, 0));
  }

  @Test
  void tellsAMetricWithoutAValueFromOneThatDoesNotExist() {
    var evaluation =
        new Evaluation(
            Map.of("accuracy", new Score("accuracy", 0.5, 0.4, 0.6)),
            10,
            Map.of("roc_auc", "all rows have one label"));
    assertThat(Best.score(evaluation, "accuracy")).isPresent();
    assertThat(Best.score(evaluation, "roc_auc")).isEmpty();
    assertThatThrownBy(() -> Best.score(evaluation, "acuracy"))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "train: no metric 'acuracy'; this task measures accuracy; did you mean 'accuracy'?");
  }
}
