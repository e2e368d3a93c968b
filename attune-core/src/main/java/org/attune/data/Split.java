package org.attune.data;

import java.util.List;
import java.util.Map;

/**
 * A data set in two.
 *
 * @param train to learn from
 * @param validation to judge by
 */
public record Split(Dataset train, Dataset validation) {
  /** Labels of both. */
  public Labels labels() {
    return train.labels();
  }

  /** What to know before trusting the validation: labels it never sees, for want of rows. */
  public List<String> notes() {
    Map<String, Integer> seen = validation.labelCounts();
    return train.labelCounts().entrySet().stream()
        .filter(count -> count.getValue() > 0 && seen.getOrDefault(count.getKey(), 0) == 0)
        .map(
            count ->
                "data: label '"
                    + count.getKey()
                    + "' is only in train, with "
                    + Rows.count(count.getValue())
                    + ": validation cannot judge it")
        .toList();
  }
}
