package org.attune.data;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.attune.UsageException;

/**
 * Where rows come from and what their columns mean.
 *
 * @param path a file, a glob of files ({@code data/*.csv}), or {@code builtin:wordnet-topics}
 * @param text column with the text
 * @param textPair column with a second text
 * @param label column with the label, or with several
 * @param separator between several labels in one field; with it a row may have any number of labels
 * @param score column with a number to predict
 * @param format how the file is written; by its ending when not given
 * @param columns names for the columns of a file without a header line
 * @param labels new names for labels, such as {@code {0: negative, 1: positive}}
 * @param limit at most this many rows, a sample with all labels in proportion
 * @param split part of a built-in data set, one of train, validation and test
 */
public record DataSource(
    String path,
    String text,
    Optional<String> textPair,
    Optional<String> label,
    Optional<String> separator,
    Optional<String> score,
    Optional<Format> format,
    List<String> columns,
    Map<String, String> labels,
    OptionalInt limit,
    Optional<String> split) {

  /** Prefix of data sets that come with Attune. */
  public static final String BUILTIN = "builtin:";

  /** How a file is written. */
  public enum Format {
    CSV,
    TSV,
    JSONL,
    PARQUET,
    /** Lines such as {@code 1 a fine film}: the label, a space, the text. */
    LABEL_FIRST;

    /** As a recipe names it. */
    public String configName() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  public DataSource {
    columns = List.copyOf(columns);
    labels = Map.copyOf(labels);
    if (path.isBlank()) {
      throw new UsageException("data: path is empty");
    }
    if (label.isPresent() && score.isPresent()) {
      throw new UsageException(
          "data: both label ('"
              + label.get()
              + "') and score ('"
              + score.get()
              + "') are given; a task predicts one of them");
    }
    if (limit.isPresent() && limit.getAsInt() < 1) {
      throw new UsageException("data: limit is " + limit.getAsInt() + ", expected at least 1");
    }
    if (separator.isPresent() && separator.get().isEmpty()) {
      throw new UsageException("data: separator is empty");
    }
    if (path.startsWith(BUILTIN) && (textPair.isPresent() || score.isPresent())) {
      throw new UsageException("data: " + path + " has a text and a label, no pair and no score");
    }
    if (!path.startsWith(BUILTIN) && split.isPresent()) {
      throw new UsageException(
          "data: split is '" + split.get() + "', but only a built-in data set has splits");
    }
  }

  /** A file with a text column. */
  public static DataSource of(String path, String text) {
    return new DataSource(
        path,
        text,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        List.of(),
        Map.of(),
        OptionalInt.empty(),
        Optional.empty());
  }

  /** With a second text. */
  public DataSource withPair(String column) {
    return new DataSource(
        path,
        text,
        Optional.of(column),
        label,
        separator,
        score,
        format,
        columns,
        labels,
        limit,
        split);
  }

  /** With a label to predict. */
  public DataSource withLabel(String column) {
    return new DataSource(
        path,
        text,
        textPair,
        Optional.of(column),
        separator,
        score,
        format,
        columns,
        labels,
        limit,
        split);
  }

  /** With any number of labels a row, {@code between} them; a JSON list will do too. */
  public DataSource withSeparator(String between) {
    return new DataSource(
        path,
        text,
        textPair,
        label,
        Optional.of(between),
        score,
        format,
        columns,
        labels,
        limit,
        split);
  }

  /** With a number to predict. */
  public DataSource withScore(String column) {
    return new DataSource(
        path,
        text,
        textPair,
        label,
        separator,
        Optional.of(column),
        format,
        columns,
        labels,
        limit,
        split);
  }

  /** With the format stated. */
  public DataSource withFormat(Format written) {
    return new DataSource(
        path,
        text,
        textPair,
        label,
        separator,
        score,
        Optional.of(written),
        columns,
        labels,
        limit,
        split);
  }

  /** With names for the columns of a file that has no header line. */
  public DataSource withColumns(List<String> names) {
    return new DataSource(
        path, text, textPair, label, separator, score, format, names, labels, limit, split);
  }

  /** With new names for labels. */
  public DataSource withLabels(Map<String, String> names) {
    return new DataSource(
        path, text, textPair, label, separator, score, format, columns, names, limit, split);
  }

  /** With at most this many rows. */
  public DataSource withLimit(int rows) {
    return new DataSource(
        path,
        text,
        textPair,
        label,
        separator,
        score,
        format,
        columns,
        labels,
        OptionalInt.of(rows),
        split);
  }

  /** With the part of a built-in data set. */
  public DataSource withSplit(String part) {
    return new DataSource(
        path,
        text,
        textPair,
        label,
        separator,
        score,
        format,
        columns,
        labels,
        limit,
        Optional.of(part));
  }

  /** The column with the answer: label or score. */
  Optional<String> answerColumn() {
    return label.or(() -> score);
  }

  /** The columns to read: text, then the second text, then the answer, as far as given. */
  List<String> wantedColumns() {
    return Stream.of(Optional.of(text), textPair, answerColumn())
        .flatMap(Optional::stream)
        .toList();
  }

  boolean isBuiltin() {
    return path.startsWith(BUILTIN);
  }

  /** Whether a row may have any number of labels. */
  boolean isMultiLabel() {
    return label.isPresent() && separator.isPresent();
  }
}
