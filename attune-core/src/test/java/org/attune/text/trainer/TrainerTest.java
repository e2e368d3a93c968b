package org.attune.text.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.NullNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.attune.text.PreTokenizer;
import org.attune.text.trainer.WordCounts.Word;
import org.junit.jupiter.api.Test;

/** The parts of training against what is plain to see. */
class TrainerTest {
  private static List<Word> randomWords(long seed, int count, int letters) {
    Random random = new Random(seed);
    List<Word> words = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      StringBuilder word = new StringBuilder();
      for (int length = 1 + random.nextInt(12); length > 0; length--) {
        word.append((char) ('a' + random.nextInt(letters)));
      }
      words.add(new Word(word.toString(), 1 + random.nextInt(9)));
    }
    return words;
  }

  @Test
  void repeatedSubstringsAreThoseThatGoOnInTwoWays() {
    for (int seed = 0; seed < 20; seed++) {
      List<Word> words = randomWords(seed, 60, 2 + seed % 4);
      Map<String, Integer> places = new HashMap<>();
      Map<String, java.util.Set<Character>> next = new HashMap<>();
      for (Word word : words) {
        String text = word.text() + "\0";
        for (int from = 0; from < text.length() - 1; from++) {
          for (int to = from + 2; to < text.length() && to - from <= 5; to++) {
            String part = text.substring(from, to);
            places.merge(part, 1, Integer::sum);
            next.computeIfAbsent(part, missing -> new java.util.HashSet<>()).add(text.charAt(to));
          }
        }
      }
      places.keySet().removeIf(part -> next.get(part).size() < 2);
      Map<String, Integer> found = new HashMap<>();
      Corpus corpus = Corpus.of(words);
      RepeatedSubstrings.find(
          corpus,
          5,
          (start, length, count) ->
              assertThat(found.put(new String(corpus.text(), start, length), count)).isNull());
      assertThat(found).isEqualTo(places);
    }
  }

  @Test
  void mergesAreThoseOfCountingAnewEachTime() {
    for (int seed = 0; seed < 20; seed++) {
      List<Word> words = randomWords(seed, 80, 8);
      TrainerSettings settings = TrainerSettings.like(Preset.GPT2, 30).minFrequency(2).build();
      Vocabulary learned = new MergeTrainer(settings, TrainingWatch.NONE).train(words, "");
      assertThat(learned.merges().subList(0, 8)).isEqualTo(naive(words, 8));
    }
  }

  /** As the definition has it; ties by the tokens' ids, which here are their order of coming. */
  private static List<Vocabulary.Merge> naive(List<Word> words, int count) {
    List<List<String>> split = new ArrayList<>();
    List<String> ids = new ArrayList<>(List.of("a", "b", "c", "d", "e", "f", "g", "h"));
    words.forEach(word -> split.add(new ArrayList<>(List.of(word.text().split("")))));
    List<Vocabulary.Merge> merges = new ArrayList<>();
    while (merges.size() < count) {
      Map<Vocabulary.Merge, Long> counts = new HashMap<>();
      for (int i = 0; i < split.size(); i++) {
        List<String> word = split.get(i);
        for (int k = 1; k < word.size(); k++) {
          counts.merge(
              new Vocabulary.Merge(word.get(k - 1), word.get(k)), words.get(i).count(), Long::sum);
        }
      }
      Vocabulary.Merge best =
          counts.keySet().stream()
              .min(
                  java.util.Comparator.<Vocabulary.Merge>comparingLong(m -> -counts.get(m))
                      .thenComparing(m -> ids.indexOf(m.left()))
                      .thenComparing(m -> ids.indexOf(m.right())))
              .orElseThrow();
      merges.add(best);
      ids.add(best.left() + best.right());
      for (List<String> word : split) {
        for (int k = 0; k + 1 < word.size(); k++) {
          if (word.get(k).equals(best.left()) && word.get(k + 1).equals(best.right())) {
            word.set(k, best.left() + word.remove(k + 1));
          }
        }
      }
    }
    return merges;
  }

  @Test
  void digammaIsTheKnownFunction() {
    assertThat(UnigramTrainer.digamma(1)).isCloseTo(-0.5772156649015329, within(1e-9));
    assertThat(UnigramTrainer.digamma(0.5)).isCloseTo(-1.9635100260214235, within(1e-9));
    assertThat(UnigramTrainer.digamma(100)).isCloseTo(4.600161852738087, within(1e-12));
  }

  @Test
  void expectationsOfAWordAddUpToItsCharacters() {
    PieceTrie trie = new PieceTrie();
    List<String> pieces = List.of("a", "b", "ab", "ba", "aba");
    int[] nodes =
        pieces.stream().mapToInt(piece -> trie.add(piece.codePoints().toArray())).toArray();
    trie.clear();
    for (int i = 0; i < nodes.length; i++) {
      trie.set(nodes[i], i + 1);
    }
    double[] scores = {Double.NaN, -2, -2.5, -1.5, -3, -2.2};
    Lattice lattice = new Lattice(trie, scores, -3);
    int[] word = "abab".codePoints().toArray();
    lattice.fill(word, 0, word.length);
    double[] expected = new double[scores.length];
    lattice.addExpected(7, expected);
    double characters = 0;
    for (int i = 1; i < expected.length; i++) {
      characters += expected[i] * pieces.get(i - 1).length();
    }
    assertThat(characters).isCloseTo(28, within(1e-9));
    assertThat(lattice.bestLength()).isEqualTo(2); // ab ab, -3
    assertThat(lattice.secondBest()).containsExactly(5, 2); // aba b, -4.7
  }

  @Test
  void rareWordsAreForgottenBeyondTheBoundAndItIsSaid() {
    List<String> said = new ArrayList<>();
    TrainingWatch watch =
        new TrainingWatch() {
          @Override
          public void at(Stage stage, long done, long total) {}

          @Override
          public void onWarning(String message) {
            said.add(message);
          }
        };
    try (PreTokenizer whole = PreTokenizer.of(NullNode.getInstance(), NullNode.getInstance());
        WordCounts counts = new WordCounts(whole, 1000, watch)) {
      for (int i = 0; i < 20_000; i++) {
        counts.add("often" + i % 10);
        counts.add("once" + i);
      }
      List<Word> words = counts.sorted();
      assertThat(words.size()).isLessThan(6000);
      for (int i = 0; i < 10; i++) {
        assertThat(words).contains(new Word("often" + i, 2000));
      }
    }
    assertThat(said).isNotEmpty().allMatch(line -> line.startsWith("more than 1,000 different"));
  }

  @Test
  void oneTextHasOneVocabulary() {
    TrainerSettings settings = TrainerSettings.like(Preset.T5, 300).build();
    List<String> first = TrainerFixtures.train(settings, TrainerFixtures.TEXT).tokens();
    assertThat(TrainerFixtures.train(settings, TrainerFixtures.TEXT).tokens()).isEqualTo(first);
  }
}
