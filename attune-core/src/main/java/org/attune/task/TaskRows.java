package org.attune.task;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.attune.data.Batch;
import org.attune.train.Encoded;

/** The rows of several tasks, one task's after the other's; a batch holds rows of one task. */
public final class TaskRows implements Encoded {
  private final List<String> names;
  private final List<Encoded> parts;
  private final int[] starts; // of each part, and the end of the last

  /** Rows by task, in the order of the tasks. */
  public TaskRows(Map<String, Encoded> rows) {
    names = List.copyOf(rows.keySet());
    parts = List.copyOf(rows.values());
    starts = new int[parts.size() + 1];
    for (int i = 0; i < parts.size(); i++) {
      starts[i + 1] = starts[i] + parts.get(i).size();
    }
  }

  /** The rows of each task. */
  public Map<String, Encoded> parts() {
    Map<String, Encoded> map = new LinkedHashMap<>();
    for (int i = 0; i < parts.size(); i++) {
      map.put(names.get(i), parts.get(i));
    }
    return map;
  }

  /** How many rows each task has, in order. */
  public List<Integer> sizes() {
    List<Integer> sizes = new ArrayList<>();
    parts.forEach(part -> sizes.add(part.size()));
    return sizes;
  }

  /** The task that a row is of. */
  String task(int row) {
    return names.get(part(row));
  }

  private int part(int row) {
    int place = Arrays.binarySearch(starts, row);
    // Of an empty task and the one behind it, which start at the same row, it is the latter's.
    int part = place >= 0 ? place : -place - 2;
    while (parts.get(part).size() == 0) {
      part++;
    }
    return part;
  }

  @Override
  public int size() {
    return starts[parts.size()];
  }

  @Override
  public int length(int row) {
    int part = part(row);
    return parts.get(part).length(row - starts[part]);
  }

  @Override
  public Batch batch(int[] rows) {
    return batch(rows, 0);
  }

  @Override
  public Batch batch(int[] rows, int epoch) {
    int part = part(rows[0]);
    int[] own = new int[rows.length];
    for (int i = 0; i < rows.length; i++) {
      if (part(rows[i]) != part) {
        throw new IllegalArgumentException(
            "rows of " + names.get(part) + " and " + task(rows[i]) + " in one batch");
      }
      own[i] = rows[i] - starts[part];
    }
    return parts.get(part).batch(own, epoch).withIndex(rows);
  }
}
