package org.attune.text.trainer;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** Which characters a vocabulary begins with. */
final class Alphabet {
  private Alphabet() {}

  /**
   * The characters of the words and of {@code initial}, in order of their code points.
   *
   * @param limit most to keep: those of {@code initial}, then the frequent ones; of equally
   *     frequent ones those with the lower code points (the reference leaves that to chance)
   */
  static int[] of(List<WordCounts.Word> words, String initial, OptionalInt limit) {
    Map<Integer, Long> counts = new HashMap<>();
    for (WordCounts.Word word : words) {
      word.text().codePoints().forEach(c -> counts.merge(c, word.count(), Long::sum));
    }
    initial.codePoints().forEach(c -> counts.put(c, Long.MAX_VALUE));
    List<Integer> kept = new ArrayList<>(counts.keySet());
    if (limit.isPresent() && kept.size() > limit.getAsInt()) {
      kept.sort(
          Comparator.comparing((Integer c) -> counts.get(c))
              .reversed()
              .thenComparing(Comparator.naturalOrder()));
      kept = kept.subList(0, limit.getAsInt());
    }
    return kept.stream().mapToInt(Integer::intValue).sorted().toArray();
  }
}
