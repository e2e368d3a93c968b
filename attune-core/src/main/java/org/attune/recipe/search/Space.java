package org.attune.recipe.search;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.attune.UsageException;

/**
 * The settings that may vary.
 *
 * @param dimensions by the key of the recipe, such as {@code optimizer.adamw.lr}
 */
public record Space(Map<String, Dimension> dimensions) {
  /** More grid points than anybody waits for. */
  private static final long MOST = 100_000;

  public Space {
    dimensions = Collections.unmodifiableMap(new LinkedHashMap<>(dimensions));
    if (dimensions.isEmpty()) {
      throw new UsageException("search: no parameter may vary; name one under 'parameters'");
    }
  }

  /**
   * Every combination, the last setting changing fastest.
   *
   * @throws UsageException when a setting has no end of values
   */
  public List<Map<String, String>> grid() {
    List<Map<String, String>> points = List.of(Map.of());
    for (Map.Entry<String, Dimension> entry : dimensions.entrySet()) {
      List<String> values = values(entry.getKey(), entry.getValue());
      if ((long) points.size() * values.size() > MOST) {
        throw new UsageException("search: the grid has more than " + MOST + " points");
      }
      List<Map<String, String>> longer = new ArrayList<>();
      for (Map<String, String> point : points) {
        for (String value : values) {
          Map<String, String> next = new LinkedHashMap<>(point);
          next.put(entry.getKey(), value);
          longer.add(next);
        }
      }
      points = longer;
    }
    return points;
  }

  private static List<String> values(String key, Dimension dimension) {
    if (dimension instanceof Dimension.Choice choice) {
      return choice.values();
    }
    if (dimension instanceof Dimension.Whole whole) {
      return whole.values();
    }
    throw new UsageException(
        "search: a grid needs a list of values for '"
            + key
            + "', not a range; or take strategy random");
  }
}
