package org.attune.metric;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Names of all metrics, so that a misspelt one is noticed before a long run and not after. */
public final class MetricNames {
  private static final Set<String> LOWER_IS_BETTER =
      Set.of("loss", "perplexity", "mse", "rmse", "mae", "error", "ece");

  private MetricNames() {}

  /** Whether a model is the better the lower this metric is; so it is with every loss. */
  public static boolean lowerIsBetter(String metric) {
    return LOWER_IS_BETTER.contains(metric) || metric.endsWith("_loss");
  }

  /** Each name once; which of them a run measures depends on its task and labels. */
  public static List<String> all() {
    return Stream.of(
            ClassificationMetrics.names(2),
            MultiLabelMetrics.NAMES,
            RegressionMetrics.NAMES,
            LanguageMetrics.NAMES)
        .flatMap(List::stream)
        .distinct()
        .toList();
  }
}
