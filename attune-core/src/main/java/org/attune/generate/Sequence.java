package org.attune.generate;

import java.util.Arrays;

/**
 * One row of a decoder: the tokens it began with and those written behind them. Padding is not part
 * of it, so that a prompt is treated alike alone and in a batch.
 */
final class Sequence {
  private final int prompt;
  private final int start;
  private final int limit;
  private final long site;
  private int[] ids;
  private int length;

  private Sequence(int prompt, int start, int limit, long site, int[] ids, int length) {
    this.prompt = prompt;
    this.start = start;
    this.limit = limit;
    this.site = site;
    this.ids = ids;
    this.length = length;
  }

  /**
   * A row that has written nothing.
   *
   * @param prompt number of the prompt in its batch
   * @param ids what the decoder reads first: the prompt, or the start token
   * @param limit most tokens to write
   * @param site names its draws to the random generator
   */
  static Sequence of(int prompt, int[] ids, int limit, long site) {
    return new Sequence(
        prompt, ids.length, limit, site, Arrays.copyOf(ids, ids.length + 16), ids.length);
  }

  /** The same so far, to be continued otherwise. */
  Sequence fork() {
    return new Sequence(prompt, start, limit, site, ids.clone(), length);
  }

  /** The same so far, with draws of its own. */
  Sequence fork(long otherSite) {
    return new Sequence(prompt, start, limit, otherSite, ids.clone(), length);
  }

  void append(int token) {
    if (length == ids.length) {
      ids = Arrays.copyOf(ids, 2 * length);
    }
    ids[length++] = token;
  }

  int prompt() {
    return prompt;
  }

  /** Number of tokens it began with. */
  int start() {
    return start;
  }

  /** Most tokens it may write. */
  int limit() {
    return limit;
  }

  long site() {
    return site;
  }

  /** Tokens in all. */
  int length() {
    return length;
  }

  /** Tokens written. */
  int written() {
    return length - start;
  }

  int id(int place) {
    return ids[place];
  }

  /** The tokens written. */
  int[] writtenIds() {
    return Arrays.copyOfRange(ids, start, length);
  }

  /** Tokens that two rows have in common at their beginning. */
  int common(Sequence other) {
    int same = Arrays.mismatch(ids, 0, length, other.ids, 0, other.length);
    return same < 0 ? length : same;
  }
}
