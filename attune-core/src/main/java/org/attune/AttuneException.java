package org.attune;

/**
 * A failure the user can mend: bad input, a bad file, a machine that lacks something.
 *
 * <p>The message says what, got, expected, where and what to do next, in one line, for example
 * {@code bert: hidden_size (770) must be divisible by num_attention_heads (12) [config.json]}. The
 * command line prints the message alone and exits with 1 ({@link UsageException}: 2); a stack trace
 * is for faults of Attune itself.
 */
public class AttuneException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public AttuneException(String message) {
    super(message);
  }

  public AttuneException(String message, Throwable cause) {
    super(message, cause);
  }
}
