package org.attune.text.trainer;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The substrings of words that occur in at least two places and go on in different ways there: the
 * inner nodes of the words' suffix tree, found by sorting suffixes and comparing neighbours (Kasai
 * et al. 2001; Abouelhoda et al. 2004).
 *
 * <p>No more of a suffix than the longest substring wanted is looked at, so that a sort by
 * characters (Bentley and Sedgewick 1997) takes time in proportion to the text.
 */
final class RepeatedSubstrings {
  private static final int SMALL = 12;

  /** Takes what is found. */
  interface Sink {
    /**
     * A substring.
     *
     * @param start of one of its places in the text
     * @param places how many there are
     */
    void found(int start, int length, int places);
  }

  private final int[] text;
  private final int depth;
  private final int[] suffixes;

  private RepeatedSubstrings(int[] text, int longest) {
    this.text = text;
    this.depth = longest + 1; // one more tells which go on
    suffixes = new int[text.length];
    for (int i = 0; i < suffixes.length; i++) {
      suffixes[i] = i;
    }
  }

  /** Finds all of 2 to {@code longest} characters. */
  static void find(Corpus corpus, int longest, Sink sink) {
    RepeatedSubstrings strings = new RepeatedSubstrings(corpus.text(), longest);
    strings.sort(0, strings.suffixes.length, 0);
    strings.intervals(longest, sink);
  }

  /** Sorts suffixes that agree in their first {@code at} characters. */
  private void sort(int low, int high, int at) {
    int from = low;
    int to = high;
    int equal = at;
    while (to - from > SMALL && equal < depth) {
      int pivot = middle(from, to, equal);
      int less = from;
      int more = to;
      for (int i = from; i < more; ) {
        int character = text[suffixes[i] + equal];
        if (character < pivot) {
          swap(less++, i++);
        } else if (character > pivot) {
          swap(i, --more);
        } else {
          i++;
        }
      }
      sort(from, less, equal);
      sort(more, to, equal);
      if (pivot == Corpus.END) {
        return; // these are the same word's end: nothing more to compare
      }
      from = less;
      to = more;
      equal++;
    }
    insert(from, to, equal);
  }

  private int middle(int from, int to, int at) {
    int a = text[suffixes[from] + at];
    int b = text[suffixes[(from + to) >>> 1] + at];
    int c = text[suffixes[to - 1] + at];
    return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
  }

  private void swap(int i, int k) {
    int suffix = suffixes[i];
    suffixes[i] = suffixes[k];
    suffixes[k] = suffix;
  }

  private void insert(int from, int to, int at) {
    for (int i = from + 1; i < to; i++) {
      for (int k = i; k > from && less(suffixes[k], suffixes[k - 1], at); k--) {
        swap(k, k - 1);
      }
    }
  }

  private boolean less(int a, int b, int at) {
    for (int i = at; i < depth; i++) {
      int difference = Integer.compare(text[a + i], text[b + i]);
      if (difference != 0 || text[a + i] == Corpus.END) {
        return difference < 0;
      }
    }
    return false;
  }

  /** Characters two suffixes share, a word's end included: it is one character as any. */
  private int shared(int a, int b) {
    int length = 0;
    while (length < depth && text[a + length] == text[b + length]) {
      if (text[a + length++] == Corpus.END) {
        break;
      }
    }
    return length;
  }

  /** A run of neighbours that share so many characters. */
  private record Interval(int length, int from) {}

  private void intervals(int longest, Sink sink) {
    Deque<Interval> open = new ArrayDeque<>();
    open.push(new Interval(0, 0));
    for (int i = 1; i <= suffixes.length; i++) {
      int shared = i == suffixes.length ? 0 : shared(suffixes[i - 1], suffixes[i]);
      int from = i - 1;
      while (open.getFirst().length() > shared) {
        Interval closed = open.pop();
        from = closed.from();
        int start = suffixes[from];
        boolean whole = text[start + closed.length() - 1] != Corpus.END;
        if (whole && closed.length() >= 2 && closed.length() <= longest) {
          sink.found(start, closed.length(), i - from);
        }
      }
      if (open.getFirst().length() < shared) {
        open.push(new Interval(shared, from));
      }
    }
  }
}
