package org.attune.data;

import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import org.attune.UsageException;

/**
 * Running text to pre-train on, of any size: it is read once, from front to back, and never held.
 *
 * @param path a file or a glob of files
 * @param text column with the text; needed for tables, not for plain text
 * @param format how the file is written; by its ending when not given, plain text for {@code .txt}
 *     and endings unknown
 * @param documents what a document is in plain text; in a table each row is one
 * @param limit at most this many documents, the first ones
 */
public record TextSource(
    String path,
    Optional<String> text,
    Optional<Format> format,
    Documents documents,
    OptionalLong limit) {
  /** How a file is written. */
  public enum Format {
    TEXT,
    CSV,
    TSV,
    JSONL,
    PARQUET;

    /** As a recipe names it. */
    public String configName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Where documents of plain text end. */
  public enum Documents {
    /** Each line is a document. */
    LINE,
    /** A blank line lies between documents, and each line is a sentence or paragraph. */
    BLANK_LINE,
    /** Each file is a document. */
    FILE;

    /** As a recipe names it. */
    public String configName() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  public TextSource {
    if (path.isBlank()) {
      throw new UsageException("data: path is empty");
    }
    if (limit.isPresent() && limit.getAsLong() < 1) {
      throw new UsageException("data: limit is " + limit.getAsLong() + ", expected at least 1");
    }
  }

  /** Plain text. */
  public static TextSource of(String path, Documents documents) {
    return new TextSource(
        path, Optional.empty(), Optional.empty(), documents, OptionalLong.empty());
  }

  /** A table's column; each row is a document. */
  public static TextSource column(String path, String text) {
    return new TextSource(
        path, Optional.of(text), Optional.empty(), Documents.LINE, OptionalLong.empty());
  }
}
