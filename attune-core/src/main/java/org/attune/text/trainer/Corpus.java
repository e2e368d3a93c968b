package org.attune.text.trainer;

import java.util.List;

/**
 * Words laid one after the other as code points, each with {@link #END} behind it.
 *
 * @param text all of them
 * @param starts of each word, and one more: the length of the text
 * @param counts how often each word occurs
 */
@SuppressWarnings("ArrayRecordComponent") // package-private; never changed
record Corpus(int[] text, int[] starts, long[] counts) {
  /** Ends a word; a word's own U+0000 cannot be told from it, so it is left out. */
  static final int END = 0;

  static Corpus of(List<WordCounts.Word> words) {
    int[][] characters = new int[words.size()][];
    long total = 0;
    for (int i = 0; i < characters.length; i++) {
      characters[i] = words.get(i).text().codePoints().filter(c -> c != END).toArray();
      total += characters[i].length + 1;
    }
    int[] text = new int[Math.toIntExact(total)];
    int[] starts = new int[characters.length + 1];
    for (int i = 0; i < characters.length; i++) {
      System.arraycopy(characters[i], 0, text, starts[i], characters[i].length);
      starts[i + 1] = starts[i] + characters[i].length + 1;
    }
    return new Corpus(text, starts, words.stream().mapToLong(WordCounts.Word::count).toArray());
  }

  int size() {
    return counts.length;
  }

  /** Where a word's characters end. */
  int end(int word) {
    return starts[word + 1] - 1;
  }
}
