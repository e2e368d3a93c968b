package org.attune.data;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.attune.UsageException;

/**
 * Prompts and answers, put together from the columns of a file.
 *
 * @param path a file or a glob of files
 * @param targetPath for plain text: a second file, whose line i answers line i of the first
 * @param prompt what is read, with columns in braces: {@code summarize: {dialogue}}; in plain text
 *     the columns are {@code text} and {@code target}
 * @param answer what should be written, likewise
 * @param format how the file is written; by its ending when not given
 * @param columns names for the columns of a table without a header line
 * @param values new texts for the values of any column, such as {@code {0: negative}}
 * @param limit at most this many rows, a sample
 */
public record PromptSource(
    String path,
    Optional<String> targetPath,
    String prompt,
    String answer,
    Optional<Format> format,
    List<String> columns,
    Map<String, String> values,
    OptionalInt limit) {
  /** How a file is written. */
  public enum Format {
    /** Plain text, a row a line. */
    LINES,
    CSV,
    TSV,
    JSONL,
    /** One list of objects. */
    JSON,
    PARQUET,
    /**
     * SQuAD's JSON: columns {@code context}, {@code question} and {@code answer}, which is {@code
     * unanswerable} where there is none.
     */
    SQUAD;

    /** As a recipe names it. */
    public String configName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public PromptSource {
    columns = List.copyOf(columns);
    values = Map.copyOf(values);
    if (path.isBlank()) {
      throw new UsageException("data: path is empty");
    }
    if (limit.isPresent() && limit.getAsInt() < 1) {
      throw new UsageException("data: limit is " + limit.getAsInt() + ", expected at least 1");
    }
  }

  /** Rows of a file with nothing renamed and nothing left out. */
  public static PromptSource of(String path, String prompt, String answer) {
    return new PromptSource(
        path,
        Optional.empty(),
        prompt,
        answer,
        Optional.empty(),
        List.of(),
        Map.of(),
        OptionalInt.empty());
  }
}
