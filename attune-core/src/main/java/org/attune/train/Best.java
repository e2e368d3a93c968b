package org.attune.train;

import java.util.Collection;
import java.util.Optional;
import org.attune.NearNames;
import org.attune.UsageException;
import org.attune.metric.Evaluation;
import org.attune.metric.MetricNames;
import org.attune.metric.Score;

/**
 * The best evaluation so far by one metric.
 *
 * @param step steps done at that evaluation; 0 before the first
 * @param value of the metric there
 * @param stale evaluations since the last improvement that early stopping counts as one
 */
record Best(long step, double value, int stale) {
  static Best none() {
    return new Best(0, 0, 0);
  }

  boolean exists() {
    return step > 0;
  }

  /**
   * The best after one more evaluation. As in transformers, any gain makes a new best but only a
   * gain above {@code minDelta} is fresh. A metric that is not defined (NaN) is no gain.
   */
  Best next(long newStep, double newValue, String metric, double minDelta) {
    if (Double.isNaN(newValue)) {
      return new Best(step, value, stale + 1);
    }
    if (!exists()) {
      return new Best(newStep, newValue, 0);
    }
    double gain = MetricNames.lowerIsBetter(metric) ? value - newValue : newValue - value;
    int newStale = gain > minDelta ? 0 : stale + 1;
    return gain > 0 ? new Best(newStep, newValue, newStale) : new Best(step, value, newStale);
  }

  /**
   * Refuses a metric that the task does not measure.
   *
   * @param measured by the task; empty where it does not know beforehand
   * @throws UsageException listing the metrics there are
   */
  static void checkMeasured(String metric, Collection<String> measured) {
    if (!measured.isEmpty() && !measured.contains(metric)) {
      throw new UsageException(
          "train: no metric '"
              + metric
              + "'; this task measures "
              + String.join(", ", measured)
              + NearNames.hint(metric, measured));
    }
  }

  /**
   * The score of that name; empty where the data gives it no value.
   *
   * @throws UsageException listing the metrics there are
   */
  static Optional<Score> score(Evaluation evaluation, String metric) {
    if (evaluation.undefined().containsKey(metric)) {
      return Optional.empty();
    }
    checkMeasured(metric, evaluation.scores().keySet());
    return Optional.of(evaluation.scores().get(metric));
  }
}
