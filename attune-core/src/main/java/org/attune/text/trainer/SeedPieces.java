package org.attune.text.trainer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a unigram vocabulary begins with, before it shrinks: all characters, and the repeated
 * substrings that cover most of the different words.
 *
 * @param characters of each piece
 * @param scores log-probabilities: a character counts as often as it occurs, a substring as many
 *     characters as its places in different words have together
 */
@SuppressWarnings("ArrayRecordComponent") // package-private; never changed
record SeedPieces(List<int[]> characters, double[] scores) {
  private record Seed(int[] characters, long weight) {}

  // Of equal weight the later in the order of code points comes first, as in the reference.
  private static final Comparator<Seed> HEAVIEST =
      Comparator.comparingLong(Seed::weight)
          .thenComparing(Seed::characters, Arrays::compare)
          .reversed();

  static SeedPieces of(Corpus corpus, int longest, int atMost) {
    List<Seed> seeds = new ArrayList<>(characters(corpus));
    List<Seed> substrings = new ArrayList<>();
    int[] text = corpus.text();
    RepeatedSubstrings.find(
        corpus,
        longest,
        (start, length, places) ->
            substrings.add(
                new Seed(Arrays.copyOfRange(text, start, start + length), (long) places * length)));
    substrings.sort(HEAVIEST);
    // The reference takes one substring however many characters there are.
    int room = Math.max(atMost - seeds.size(), 1);
    seeds.addAll(substrings.subList(0, Math.min(room, substrings.size())));
    double sum = (double) seeds.stream().mapToLong(Seed::weight).sum();
    double[] scores =
        seeds.stream()
            .mapToDouble(seed -> Math.log((double) seed.weight()) - Math.log(sum))
            .toArray();
    return new SeedPieces(seeds.stream().map(Seed::characters).toList(), scores);
  }

  private static List<Seed> characters(Corpus corpus) {
    Map<Integer, Long> counts = new HashMap<>();
    for (int word = 0; word < corpus.size(); word++) {
      long count = corpus.counts()[word];
      for (int i = corpus.starts()[word]; i < corpus.end(word); i++) {
        counts.merge(corpus.text()[i], count, Long::sum);
      }
    }
    return counts.entrySet().stream()
        .map(entry -> new Seed(new int[] {entry.getKey()}, entry.getValue()))
        .sorted(HEAVIEST)
        .toList();
  }
}
