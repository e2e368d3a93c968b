package org.attune.data;

import java.util.OptionalInt;
import org.attune.UsageException;

/**
 * Chats, a row each.
 *
 * @param path a file or a glob of files: JSON Lines, {@code .json} with one list of objects, or
 *     {@code .parquet}
 * @param messages the column with the list of messages, each with {@code role} and {@code content}
 * @param limit at most this many rows, a sample
 */
public record ChatSource(String path, String messages, OptionalInt limit) {
  public ChatSource {
    if (path.isBlank() || messages.isBlank()) {
      throw new UsageException("data: a source of chats needs a path and a column of messages");
    }
    if (limit.isPresent() && limit.getAsInt() < 1) {
      throw new UsageException("data: limit is " + limit.getAsInt() + ", expected at least 1");
    }
  }

  /** All chats of a file, in its column {@code messages}. */
  public static ChatSource of(String path) {
    return new ChatSource(path, "messages", OptionalInt.empty());
  }
}
