package org.attune.metric;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How good a model is on a data set.
 *
 * @param scores by metric, in the order to show them
 * @param examples rows of the data set
 * @param undefined metrics that the data gives no value for, with the reason
 * @param signature the options the numbers depend on, so that two of them can be compared: {@code
 *     single-label|labels:3|rows:1821|interval:95%|resamples:1000|seed:42}; empty when not known
 */
public record Evaluation(
    Map<String, Score> scores, long examples, Map<String, String> undefined, String signature) {
  public Evaluation {
    scores = Collections.unmodifiableMap(new LinkedHashMap<>(scores));
    undefined = Collections.unmodifiableMap(new LinkedHashMap<>(undefined));
  }

  /** No signature. */
  public Evaluation(Map<String, Score> scores, long examples, Map<String, String> undefined) {
    this(scores, examples, undefined, "");
  }

  /** All metrics are defined. */
  public Evaluation(Map<String, Score> scores, long examples) {
    this(scores, examples, Map.of());
  }

  /** As plain maps and numbers, for JSON. */
  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("examples", examples);
    scores.forEach((name, score) -> map.put(name, score.toMap()));
    if (!undefined.isEmpty()) {
      map.put("undefined", undefined);
    }
    if (!signature.isEmpty()) {
      map.put("signature", signature);
    }
    return map;
  }
}
