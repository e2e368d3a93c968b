package org.attune.text;

import org.attune.UsageException;

/**
 * Cuts an encoding to a number of tokens, keeping the special ones: a single text from its end, a
 * pair by transformers' {@code longest_first}, which takes from the longer text until both are
 * equally long.
 */
final class Truncation {
  private Truncation() {}

  static Encoding toLength(Encoding encoding, int maxLength) {
    if (encoding.length() <= maxLength) {
      return encoding;
    }
    int[] sequences = encoding.sequenceIds();
    int special = count(sequences, -1);
    int room = maxLength - special;
    if (room < 0) {
      throw new UsageException(
          "text: max_length is "
              + maxLength
              + ", but the tokenizer alone adds "
              + special
              + " special tokens; use a larger max_length");
    }
    return encoding.keep(kept(encoding, room, maxLength));
  }

  private static int[] kept(Encoding encoding, int room, int maxLength) {
    int[] sequences = encoding.sequenceIds();
    // What the Rust library does: all from the longer text if that is enough, else half and half
    // with an
    // odd one for the longer. It stops reading each text after the word that reaches the limit, so
    // what
    // lies beyond does not make a text longer.
    int left0 = lengthRead(encoding, 0, maxLength);
    int left1 = lengthRead(encoding, 1, maxLength);
    boolean firstIsLonger = left0 > left1;
    int shorter = Math.min(Math.min(left0, left1), room / 2);
    left0 = firstIsLonger ? room - shorter : shorter;
    left1 = firstIsLonger ? shorter : room - shorter;
    int[] positions = new int[maxLength];
    int at = 0;
    for (int i = 0; i < sequences.length; i++) {
      boolean keep = sequences[i] < 0 || (sequences[i] == 0 ? left0-- > 0 : left1-- > 0);
      if (keep) {
        positions[at++] = i;
      }
    }
    return positions;
  }

  /** Tokens of one text up to the end of the word that reaches the limit. */
  private static int lengthRead(Encoding encoding, int sequence, int limit) {
    int read = 0;
    int word = -1;
    for (int i = 0; i < encoding.length(); i++) {
      if (encoding.sequenceIds()[i] != sequence) {
        continue;
      }
      if (read >= limit && encoding.wordIds()[i] != word) {
        break;
      }
      word = encoding.wordIds()[i];
      read++;
    }
    return read;
  }

  private static int count(int[] values, int wanted) {
    int count = 0;
    for (int value : values) {
      count += value == wanted ? 1 : 0;
    }
    return count;
  }
}
