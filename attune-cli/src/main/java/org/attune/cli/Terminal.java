package org.attune.cli;

/** Whether a person is looking. The launcher knows (JDK 22 no longer tells) and says so. */
final class Terminal {
  private Terminal() {}

  /** Whether stderr, where progress goes, is a terminal. */
  static boolean isInteractive() {
    return Boolean.getBoolean("attune.terminal");
  }

  /** Whether to use colours: on a terminal, unless NO_COLOR asks for none (no-color.org). */
  static boolean hasColours() {
    return isInteractive() && System.getenv("NO_COLOR") == null;
  }
}
