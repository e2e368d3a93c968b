package org.attune.data;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.attune.AttuneException;

/** Labels that rows have and a model has not. */
final class UnknownLabels {
  private UnknownLabels() {}

  /**
   * Refuses them, each with its first row and the number of its rows.
   *
   * @param where says where a row of the data set is from
   */
  static void refuse(Dataset data, Labels model, IntFunction<String> where) {
    Map<String, Integer> firstRow = new LinkedHashMap<>();
    for (int row = 0; row < data.size(); row++) {
      for (int id : ids(data.get(row).target())) {
        String label = data.labels().name(id);
        if (model.id(label).isEmpty()) {
          firstRow.putIfAbsent(label, row);
        }
      }
    }
    if (firstRow.isEmpty()) {
      return;
    }
    Map<String, Integer> counts = data.labelCounts();
    List<String> found =
        firstRow.entrySet().stream()
            .map(
                first ->
                    "'"
                        + first.getKey()
                        + "' ("
                        + Rows.count(counts.get(first.getKey()))
                        + ", first "
                        + where.apply(first.getValue())
                        + ")")
            .toList();
    throw new AttuneException(
        "data: the model does not know "
            + (found.size() == 1 ? "the label " : "the labels ")
            + Rows.list(found)
            + "; it knows "
            + Rows.list(model.names())
            + "; rename labels with 'labels:', or train a model on them");
  }

  private static List<Integer> ids(Target target) {
    if (target instanceof Target.Single single) {
      return List.of(single.label());
    }
    return target instanceof Target.Multi multi ? multi.labels() : List.of();
  }
}
