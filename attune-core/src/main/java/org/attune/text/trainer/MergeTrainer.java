package org.attune.text.trainer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.attune.AttuneException;

/**
 * Byte-pair encoding (Sennrich et al. 2016): the most frequent pair of neighbours becomes one
 * token, again and again. WordPiece's vocabulary is found in the same way, with a prefix on what
 * continues a word.
 *
 * <p>The vocabulary is that of Hugging Face's {@code BpeTrainer}: of equally frequent pairs the one
 * with the lower first id is merged first, then the lower second; a token that two merges make
 * stands once. Each merge costs what the words that have the pair cost: counts of pairs are kept up
 * to date, and the queue learns of a changed count only when the pair comes to its head.
 */
final class MergeTrainer {
  /** A pair as it waits to be merged: places it has besides those of other entries of the pair. */
  private static final class Entry implements Comparable<Entry> {
    private final long pair;
    private final IntList words;
    private long count;

    Entry(long pair, long count, IntList words) {
      this.pair = pair;
      this.count = count;
      this.words = words;
    }

    @Override
    public int compareTo(Entry other) {
      return count != other.count
          ? Long.compare(other.count, count)
          : Long.compare(pair, other.pair);
    }
  }

  private final TrainerSettings settings;
  private final TrainingWatch watch;
  private final String prefix;
  private final int[] continuing;
  private final List<String> tokens = new ArrayList<>();
  private final Map<String, Integer> ids = new HashMap<>();
  private final IntList lengths = new IntList(); // of tokens, in characters

  private final Map<Long, Long> pairCounts = new HashMap<>();
  private final Map<Long, IntList> newPlaces = new HashMap<>();
  private final PriorityQueue<Entry> queue = new PriorityQueue<>();
  private int[][] words = new int[0][];
  private long[] counts = new long[0];

  MergeTrainer(TrainerSettings settings, TrainingWatch watch) {
    this(settings, watch, new int[0]);
  }

  /**
   * Numbers continuing characters in a given order.
   *
   * @param continuing those numbered first; the others follow in order of code points
   */
  MergeTrainer(TrainerSettings settings, TrainingWatch watch, int[] continuing) {
    this.continuing = continuing.clone();
    this.settings = settings;
    this.watch = watch;
    boolean wordPiece = settings.preset().algorithm() == Algorithm.WORDPIECE;
    this.prefix = wordPiece ? settings.subwordPrefix() : "";
  }

  /**
   * Learns the merges.
   *
   * @param initial characters that are in the alphabet whether a word has them or not
   * @throws AttuneException when the vocabulary has no room for special tokens and alphabet
   */
  Vocabulary train(List<WordCounts.Word> counted, String initial) {
    settings.specialTokens().forEach(this::idOf);
    int[] alphabet = Alphabet.of(counted, initial, settings.limitAlphabet());
    for (int character : alphabet) {
      idOf(Character.toString(character));
    }
    split(counted);
    int begin = tokens.size();
    if (begin > settings.vocabSize()) {
      throw new AttuneException(
          "text: vocab_size is "
              + settings.vocabSize()
              + ", but special tokens and the characters of the text alone are "
              + begin
              + (prefix.isEmpty() ? "" : "; fewer characters stay with a smaller limit_alphabet"));
    }
    countPairs();
    List<Vocabulary.Merge> merges = merge();
    return new Vocabulary(List.copyOf(tokens), merges, List.of());
  }

  private int idOf(String token) {
    return ids.computeIfAbsent(
        token,
        added -> {
          tokens.add(added);
          lengths.add(1);
          return tokens.size() - 1;
        });
  }

  /**
   * Words as ids; characters outside the alphabet are left out. Continuing characters get their ids
   * in order of code points; the reference gives them in the order of a hash table, another in each
   * run.
   */
  private void split(List<WordCounts.Word> counted) {
    if (!prefix.isEmpty()) {
      TreeSet<Integer> found = new TreeSet<>();
      counted.forEach(word -> word.text().codePoints().skip(1).forEach(found::add));
      IntStream.concat(Arrays.stream(continuing), found.stream().mapToInt(Integer::intValue))
          .mapToObj(Character::toString)
          .filter(ids::containsKey)
          .forEach(character -> idOf(prefix + character));
    }
    words = new int[counted.size()][];
    counts = counted.stream().mapToLong(WordCounts.Word::count).toArray();
    for (int i = 0; i < words.length; i++) {
      int[] characters = counted.get(i).text().codePoints().toArray();
      int[] symbols = new int[characters.length];
      int length = 0;
      for (int k = 0; k < characters.length; k++) {
        String character = Character.toString(characters[k]);
        if (ids.containsKey(character)) {
          symbols[length++] = idOf(k == 0 ? character : prefix + character);
        }
      }
      words[i] = Arrays.copyOf(symbols, length);
    }
  }

  // ---- pairs

  private static long pair(int left, int right) {
    return (long) left << 32 | right;
  }

  private void change(int left, int right, long by, int word) {
    long pair = pair(left, right);
    pairCounts.merge(pair, by * counts[word], Long::sum);
    if (by > 0) {
      newPlaces.computeIfAbsent(pair, missing -> new IntList()).addUnlessLast(word);
    }
  }

  private void countPairs() {
    for (int i = 0; i < words.length; i++) {
      int[] word = words[i];
      for (int k = 1; k < word.length; k++) {
        change(word[k - 1], word[k], 1, i);
      }
    }
    queueNewPlaces();
  }

  private void queueNewPlaces() {
    newPlaces.forEach(
        (pair, places) -> {
          long count = pairCounts.get(pair);
          if (count > 0) {
            queue.add(new Entry(pair, count, places));
          }
        });
    newPlaces.clear();
  }

  // ---- merges

  private List<Vocabulary.Merge> merge() {
    // A pair can come twice, through a token that two merges make; its later place counts.
    Map<Long, Vocabulary.Merge> merges = new LinkedHashMap<>();
    while (tokens.size() < settings.vocabSize() && !queue.isEmpty()) {
      Entry top = queue.remove();
      long count = pairCounts.get(top.pair);
      if (top.count != count) {
        top.count = count;
        queue.add(top);
        continue;
      }
      if (count < 1 || count < settings.minFrequency()) {
        break;
      }
      int left = (int) (top.pair >>> 32);
      int right = (int) top.pair;
      int merged = merged(left, right);
      merges.remove(top.pair);
      merges.put(top.pair, new Vocabulary.Merge(tokens.get(left), tokens.get(right)));
      for (int i = 0; i < top.words.size(); i++) {
        mergeIn(top.words.get(i), left, right, merged);
      }
      queueNewPlaces();
      watch.at(TrainingWatch.Stage.MERGES, tokens.size(), settings.vocabSize());
    }
    return List.copyOf(merges.values());
  }

  private int merged(int left, int right) {
    String end = tokens.get(right);
    String rest =
        !prefix.isEmpty() && end.startsWith(prefix) ? end.substring(prefix.length()) : end;
    int merged = idOf(tokens.get(left) + rest);
    lengths.set(merged, lengths.get(left) + lengths.get(right));
    return merged;
  }

  /** Joins each {@code left right} of a word, and counts the neighbours that go and come. */
  private void mergeIn(int index, int left, int right, int merged) {
    int[] word = words[index];
    int length = word.length;
    int to = 0; // word[0, to) is done
    int from = 0;
    while (from < length) {
      if (word[from] != left || from + 1 == length || word[from + 1] != right) {
        word[to++] = word[from++];
        continue;
      }
      from += 2;
      if (to > 0) {
        change(word[to - 1], left, -1, index);
        if (fits(word[to - 1], merged)) {
          change(word[to - 1], merged, 1, index);
        }
      }
      if (from < length) {
        change(right, word[from], -1, index);
        if (fits(merged, word[from])) {
          change(merged, word[from], 1, index);
        }
      }
      word[to++] = merged;
    }
    if (to < length) {
      words[index] = Arrays.copyOf(word, to);
    }
  }

  private boolean fits(int left, int right) {
    return settings.maxTokenLength().isEmpty()
        || lengths.get(left) + lengths.get(right) < settings.maxTokenLength().getAsInt();
  }
}
