package org.attune.recipe;

import org.attune.UsageException;

/** A mistake in a recipe whose place is known: the message opens with file and line. */
final class RecipeMistake extends UsageException {
  private static final long serialVersionUID = 1L;

  /**
   * Places a message.
   *
   * @param where file and line, or the {@code --set} that is wrong
   */
  RecipeMistake(String where, String message) {
    super(where + ": " + message);
  }

  RecipeMistake(String where, String message, Throwable cause) {
    super(where + ": " + message, cause);
  }
}
