package org.attune.text;

/**
 * The tokens of a text or a pair, special tokens included, never padded. All arrays have one
 * element a token; their callers must not change them.
 *
 * @param ids numbers in the vocabulary
 * @param typeIds segment of each token: 0, or 1 for the second text where the model tells them
 *     apart
 * @param wordIds which word of its text each token is part of; -1 for special tokens
 * @param sequenceIds which text each token comes from, 0 or 1; -1 for special tokens
 * @param starts first UTF-16 index of each token in its text; 0 for special tokens
 * @param ends index after the last; 0 for special tokens
 * @param fullLength number of tokens before truncation
 */
@SuppressWarnings(
    "ArrayRecordComponent") // millions of these are made; copies would double the memory
public record Encoding(
    int[] ids,
    int[] typeIds,
    int[] wordIds,
    int[] sequenceIds,
    int[] starts,
    int[] ends,
    int fullLength) {

  /** Number of tokens. */
  public int length() {
    return ids.length;
  }

  /** Whether tokens were cut off to fit the limit. */
  public boolean truncated() {
    return fullLength > ids.length;
  }

  /** The tokens at these positions, in this order. */
  Encoding keep(int[] positions) {
    return new Encoding(
        pick(ids, positions),
        pick(typeIds, positions),
        pick(wordIds, positions),
        pick(sequenceIds, positions),
        pick(starts, positions),
        pick(ends, positions),
        fullLength);
  }

  private static int[] pick(int[] values, int[] positions) {
    int[] picked = new int[positions.length];
    for (int i = 0; i < picked.length; i++) {
      picked[i] = values[positions[i]];
    }
    return picked;
  }
}
