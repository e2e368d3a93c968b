package org.attune.checkpoint;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.attune.AttuneException;

/**
 * A model's name on a hub: {@code owner/name}, or {@code owner/name@revision}.
 *
 * @param owner a person or an organisation
 * @param name of the repository
 * @param revision a branch, a tag or a commit
 */
record HubName(String owner, String name, String revision) {
  private static final String DEFAULT_REVISION = "main";
  private static final Pattern FORM =
      Pattern.compile("([A-Za-z0-9][\\w.-]{0,95})/([A-Za-z0-9][\\w.-]{0,95})(?:@(.*))?");
  private static final Pattern REVISION = Pattern.compile("\\w[\\w.+-]*(/\\w[\\w.+-]*)*");
  private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");

  /**
   * Reads a name, or nothing when it has not the form of one: exactly one slash before the @, plain
   * letters, digits, dots, dashes and underscores. {@code --} and {@code ..} are no part of a name:
   * the cache's folders could not be told apart, or would lead elsewhere.
   *
   * @throws AttuneException when only the revision is malformed
   */
  static Optional<HubName> parse(String text) {
    Matcher parts = FORM.matcher(text);
    if (!parts.matches()) {
      return Optional.empty();
    }
    String repository = parts.group(1) + "/" + parts.group(2);
    if (repository.contains("--") || repository.contains("..")) {
      return Optional.empty();
    }
    String revision = parts.group(3) == null ? DEFAULT_REVISION : parts.group(3);
    if (!REVISION.matcher(revision).matches() || revision.contains("..")) {
      throw new AttuneException(
          "hub: '"
              + revision
              + "' in "
              + text
              + " is no revision; expected a branch, a tag or a commit, as in "
              + repository
              + "@main");
    }
    return Optional.of(new HubName(parts.group(1), parts.group(2), revision));
  }

  /** Whether a text is a whole commit hash, which always means the same files. */
  static boolean isCommit(String text) {
    return COMMIT.matcher(text).matches();
  }

  /** {@code owner/name}. */
  String repository() {
    return owner + "/" + name;
  }

  @Override
  public String toString() {
    return revision.equals(DEFAULT_REVISION) ? repository() : repository() + "@" + revision;
  }
}
