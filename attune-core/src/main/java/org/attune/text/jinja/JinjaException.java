package org.attune.text.jinja;

/** A template that cannot be read or rendered; the message says what and, where known, the line. */
public final class JinjaException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final boolean raised;

  JinjaException(String message) {
    this(message, false);
  }

  private JinjaException(String message, boolean raised) {
    super(message);
    this.raised = raised;
  }

  /** What a template says of its input by {@code raise_exception}. */
  static JinjaException raised(String message) {
    return new JinjaException(message, true);
  }

  /** Whether the template itself refused its input, by {@code raise_exception}. */
  public boolean isRaised() {
    return raised;
  }
}
