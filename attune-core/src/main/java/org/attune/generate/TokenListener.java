package org.attune.generate;

/** Is told of each token as it is written: for showing a text while it grows. */
@FunctionalInterface
public interface TokenListener {
  /** A listener that is not interested. */
  TokenListener NONE = (prompt, choice, token) -> {};

  /**
   * A token was written. Called on the generating thread, in the order of writing.
   *
   * @param prompt number of the prompt, from 0
   * @param choice number of the text among those of the prompt, from 0
   * @param token its id
   */
  void onToken(int prompt, int choice, int token);
}
