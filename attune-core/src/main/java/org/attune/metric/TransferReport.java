package org.attune.metric;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What a model that learns one task after the other remembers (Lopez-Paz and Ranzato 2017,
 * "Gradient Episodic Memory", section 2).
 *
 * @param tasks T names in the order of learning
 * @param before score of each task before any training, b
 * @param matrix R: row i, column j is the score of task j after task i has been learned
 */
public record TransferReport(List<String> tasks, List<Double> before, List<List<Double>> matrix) {
  public TransferReport {
    tasks = List.copyOf(tasks);
    before = List.copyOf(before);
    matrix = matrix.stream().map(List::copyOf).toList();
    int count = tasks.size();
    boolean square =
        before.size() == count
            && matrix.size() == count
            && matrix.stream().allMatch(row -> row.size() == count);
    if (!square) {
      throw new IllegalArgumentException(
          "expected " + count + " scores before and " + count + " rows of as many: " + matrix);
    }
  }

  /** The mean score of all tasks at the end: {@code 1/T sum_i R[T][i]}. */
  public double average() {
    return last().stream().mapToDouble(score -> score).average().orElse(Double.NaN);
  }

  /**
   * How much a task's score changed since it was learned; negative is forgetting: {@code 1/(T-1)
   * sum_{i<T} R[T][i] - R[i][i]}. Not a number for one task.
   */
  public double backwardTransfer() {
    return IntStream.range(0, tasks.size() - 1)
        .mapToDouble(i -> last().get(i) - matrix.get(i).get(i))
        .average()
        .orElse(Double.NaN);
  }

  /**
   * How much better a task is before its turn than it was before any training: {@code 1/(T-1)
   * sum_{i>1} R[i-1][i] - b[i]}. With a head of its own that has learned nothing yet, a task is
   * guessed, and this is noise around 0.
   */
  public double forwardTransfer() {
    return IntStream.range(1, tasks.size())
        .mapToDouble(i -> matrix.get(i - 1).get(i) - before.get(i))
        .average()
        .orElse(Double.NaN);
  }

  private List<Double> last() {
    return matrix.get(matrix.size() - 1);
  }

  /** As plain maps and numbers, for JSON. */
  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("tasks", tasks);
    map.put("before", before);
    map.put("matrix", matrix);
    map.put("average", average());
    if (tasks.size() > 1) {
      map.put("backward_transfer", backwardTransfer());
      map.put("forward_transfer", forwardTransfer());
    }
    return map;
  }

  /** The matrix and its means as lines of text. */
  public List<String> lines() {
    int width = Math.max(8, tasks.stream().mapToInt(String::length).max().orElse(0)) + 2;
    List<String> lines = new ArrayList<>();
    StringBuilder head = new StringBuilder(cell("after", width + 6));
    tasks.forEach(task -> head.append(String.format("%" + width + "s", task)));
    lines.add(head.toString());
    lines.add(row("(nothing)", before, width));
    for (int i = 0; i < tasks.size(); i++) {
      lines.add(row(tasks.get(i), matrix.get(i), width));
    }
    lines.add(String.format(Locale.ROOT, "average           %8.4f", average()));
    if (tasks.size() > 1) {
      lines.add(String.format(Locale.ROOT, "backward transfer %+8.4f", backwardTransfer()));
      lines.add(String.format(Locale.ROOT, "forward transfer  %+8.4f", forwardTransfer()));
    }
    return lines;
  }

  private static String row(String name, List<Double> scores, int width) {
    StringBuilder line = new StringBuilder(cell(name, width + 6));
    scores.forEach(score -> line.append(String.format(Locale.ROOT, "%" + width + ".4f", score)));
    return line.toString();
  }

  private static String cell(String text, int width) {
    return String.format("%-" + width + "s", text);
  }
}
