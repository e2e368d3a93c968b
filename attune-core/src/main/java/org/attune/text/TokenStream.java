package org.attune.text;

import java.util.Arrays;

/**
 * Decodes tokens as they are generated and hands out only complete characters: a token may hold
 * part of one, and the text of a token can depend on the one before it.
 *
 * <p>What was handed out, put together, is what {@link Tokenizer#decode} gives for all tokens at
 * once, save where that changes earlier text in the light of later tokens: clean-up of spaces, and
 * bytes that never become a character. Not thread-safe; one stream serves one text.
 *
 * <pre>{@code
 * TokenStream text = tokenizer.stream(true);
 * for (int id : generated) {
 *   System.out.print(text.push(id));
 * }
 * System.out.println(text.finish());
 * }</pre>
 */
public final class TokenStream {
  private static final char REPLACEMENT = '\uFFFD';

  private final Tokenizer tokenizer;
  private final boolean skipSpecialTokens;

  // The tokens since the text before last: the last text is decoded again with what follows it, for
  // its
  // length to be known in that context.
  private int[] window = new int[8];
  private int size;
  private int handedOut;
  private String prefix = "";

  TokenStream(Tokenizer tokenizer, boolean skipSpecialTokens) {
    this.tokenizer = tokenizer;
    this.skipSpecialTokens = skipSpecialTokens;
  }

  /**
   * Takes the next token.
   *
   * @return the text that is complete with it, often empty
   */
  public String push(int id) {
    if (size == window.length) {
      window = Arrays.copyOf(window, 2 * size);
    }
    window[size++] = id;
    String text = decoded();
    if (text.length() <= prefix.length() || text.charAt(text.length() - 1) == REPLACEMENT) {
      return "";
    }
    String next = text.substring(prefix.length());
    window = Arrays.copyOfRange(window, handedOut, Math.max(size, handedOut + 8));
    size -= handedOut;
    handedOut = size;
    prefix = decoded();
    return next;
  }

  /** What is left when no more tokens follow: a character that was never completed, as U+FFFD. */
  public String finish() {
    String text = decoded();
    String rest = text.length() > prefix.length() ? text.substring(prefix.length()) : "";
    prefix = text;
    return rest;
  }

  private String decoded() {
    return tokenizer.decode(Arrays.copyOf(window, size), skipSpecialTokens);
  }
}
