package org.attune.metric;

import java.util.List;
import java.util.stream.Stream;

/** Names of all metrics, so that a misspelt one is noticed before a long run and not after. */
public final class MetricNames {
  private MetricNames() {}

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
