package org.attune;

/** The command or the recipe is wrong, rather than the data or the machine: exit code 2. */
public class UsageException extends AttuneException {
  private static final long serialVersionUID = 1L;

  public UsageException(String message) {
    super(message);
  }

  public UsageException(String message, Throwable cause) {
    super(message, cause);
  }
}
