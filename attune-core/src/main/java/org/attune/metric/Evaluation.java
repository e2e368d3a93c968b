package org.attune.metric;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How good a model is on a data set.
 *
 * @param scores by metric, in the order to show them
 * @param examples rows of the data set
 */
public record Evaluation(Map<String, Score> scores, long examples) {
  public Evaluation {
    scores = Collections.unmodifiableMap(new LinkedHashMap<>(scores));
  }
}
