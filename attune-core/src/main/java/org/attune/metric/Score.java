package org.attune.metric;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * A measured quantity with its uncertainty.
 *
 * @param name of the metric, as {@code accuracy}
 * @param value measured on all examples
 * @param low lower end of its 95 % confidence interval
 * @param high upper end
 */
public record Score(String name, double value, double low, double high) {
  /** As plain numbers, for JSON. */
  public Map<String, Double> toMap() {
    Map<String, Double> map = new LinkedHashMap<>();
    map.put("value", value);
    map.put("low", low);
    map.put("high", high);
    return map;
  }

  /** {@code accuracy 0.9123 [0.9012, 0.9230]}. */
  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%s %.4f [%.4f, %.4f]", name, value, low, high);
  }
}
