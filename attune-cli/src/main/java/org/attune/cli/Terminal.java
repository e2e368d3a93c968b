package org.attune.cli;

/** Whether a person is looking. The launcher knows (JDK 22 no longer tells) and says so. */
final class Terminal {
  /** To the line of the progress bar, which is the one above the cursor, and empties it. */
  private static final String BAR_AWAY = "\r\u001b[1A\u001b[2K";

  private static volatile boolean bar;

  private Terminal() {}

  /** Whether stderr, where progress goes, is a terminal. */
  static boolean isInteractive() {
    return Boolean.getBoolean("attune.terminal");
  }

  /** Whether to use colours: on a terminal, unless NO_COLOR asks for none (no-color.org). */
  static boolean hasColours() {
    return isInteractive() && System.getenv("NO_COLOR") == null;
  }

  /** A progress bar is on stderr from here on, or is no more. */
  static void bar(boolean shown) {
    if (bar && !shown) {
      System.err.print('\r'); // the bar leaves the cursor below its right end
    }
    bar = shown;
  }

  /** A line on stderr. It takes the place of a progress bar, which is drawn anew on the next. */
  static void line(String text) {
    System.err.print(bar ? BAR_AWAY + text + "\n\n" : text + "\n");
  }
}
