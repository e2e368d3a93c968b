package org.attune.data;

import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a data set looks like, to be read before training on it.
 *
 * @param rows number of rows
 * @param labelCounts rows by label
 * @param characters lengths of the texts, a pair counted together, in UTF-16 units: least, quarter,
 *     median, three quarters, 95 %, most
 * @param duplicates rows whose text (and pair) an earlier row has
 * @param conflicts those of them whose target is another than the earlier row's
 */
public record DatasetProfile(
    int rows,
    Map<String, Integer> labelCounts,
    List<Integer> characters,
    int duplicates,
    int conflicts) {

  private static final double[] QUANTILES = {0, 0.25, 0.5, 0.75, 0.95, 1};

  public DatasetProfile {
    labelCounts = Collections.unmodifiableMap(new LinkedHashMap<>(labelCounts)); // keeps the order
    characters = List.copyOf(characters);
  }

  static DatasetProfile of(Dataset data) {
    Map<List<Object>, Target> seen = new HashMap<>();
    int duplicates = 0;
    int conflicts = 0;
    int[] lengths = new int[data.size()];
    for (int i = 0; i < lengths.length; i++) {
      Example example = data.get(i);
      lengths[i] = example.text().length() + example.pair().map(String::length).orElse(0);
      Target earlier = seen.putIfAbsent(List.of(example.text(), example.pair()), example.target());
      if (earlier != null) {
        duplicates++;
        conflicts += earlier.equals(example.target()) ? 0 : 1;
      }
    }
    return new DatasetProfile(
        data.size(), data.labelCounts(), quantiles(lengths), duplicates, conflicts);
  }

  /** Nearest-rank quantiles: each is a length that occurs. */
  private static List<Integer> quantiles(int[] lengths) {
    if (lengths.length == 0) {
      return List.of();
    }
    int[] sorted = lengths.clone();
    Arrays.sort(sorted);
    return Arrays.stream(QUANTILES)
        .mapToObj(q -> sorted[(int) Math.max(0, Math.ceil(q * sorted.length) - 1)])
        .toList();
  }

  /** A few lines for people. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(Rows.count(rows));
    List<String> labels =
        labelCounts.entrySet().stream()
            .map(count -> count.getKey() + " " + count.getValue())
            .toList();
    if (!labels.isEmpty()) {
      text.append("\nlabels: ").append(Rows.list(labels));
    }
    if (!characters.isEmpty()) {
      text.append(
          String.format(
              "\ncharacters: least %d, quartiles %d %d %d, 95 %% %d, most %d",
              characters.toArray()));
    }
    return text.append("\nduplicate texts: ")
        .append(duplicates)
        .append(", with another target: ")
        .append(conflicts)
        .toString();
  }
}
