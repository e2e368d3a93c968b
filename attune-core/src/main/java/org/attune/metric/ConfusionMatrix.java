package org.attune.metric;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.attune.AttuneException;

/** How many rows of each gold label (down) were given each label (across). */
public final class ConfusionMatrix {
  private final long[][] counts; // [gold][predicted]

  private ConfusionMatrix(long[][] counts) {
    this.counts = counts;
  }

  /**
   * Counts predictions.
   *
   * @param labels number of labels
   * @param gold the right label of each row
   * @param predicted the given label of each row
   */
  public static ConfusionMatrix of(int labels, int[] gold, int[] predicted) {
    Checks.sameRows(gold.length, predicted.length);
    Checks.labels("gold label", gold, labels);
    Checks.labels("predicted label", predicted, labels);
    long[][] counts = new long[labels][labels];
    for (int i = 0; i < gold.length; i++) {
      counts[gold[i]][predicted[i]]++;
    }
    return new ConfusionMatrix(counts);
  }

  public int labels() {
    return counts.length;
  }

  public long count(int gold, int predicted) {
    return counts[gold][predicted];
  }

  /** As plain numbers for JSON: a row for each gold label. */
  public long[][] toArray() {
    return IntStream.range(0, counts.length)
        .mapToObj(i -> counts[i].clone())
        .toArray(long[][]::new);
  }

  /** A table of tab-separated values with the names of the labels, gold down, predicted across. */
  public String toTable(List<String> names) {
    if (names.size() != counts.length) {
      throw new AttuneException(
          "metric: "
              + names.size()
              + " names for a confusion matrix of "
              + counts.length
              + " labels");
    }
    return IntStream.range(0, counts.length)
        .mapToObj(
            gold ->
                names.get(gold)
                    + IntStream.range(0, counts.length)
                        .mapToObj(given -> "\t" + counts[gold][given])
                        .collect(Collectors.joining()))
        .collect(
            Collectors.joining("\n", "gold\\predicted\t" + String.join("\t", names) + "\n", ""));
  }
}
