package org.attune.data;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
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
    return new Copy(path, text).build();
  }

  /** With a second text. */
  public DataSource withPair(String column) {
    return copy(copy -> copy.textPair = Optional.of(column));
  }

  /** With a label to predict. */
  public DataSource withLabel(String column) {
    return copy(copy -> copy.label = Optional.of(column));
  }

  /** With any number of labels a row, {@code between} them; a JSON list will do too. */
  public DataSource withSeparator(String between) {
    return copy(copy -> copy.separator = Optional.of(between));
  }

  /** With a number to predict. */
  public DataSource withScore(String column) {
    return copy(copy -> copy.score = Optional.of(column));
  }

  /**
   * The same rows, all of them, with this column's numbers in place of what was to be predicted.
   */
  public DataSource forScores(String column) {
    return copy(
        copy -> {
          copy.label = Optional.empty();
          copy.separator = Optional.empty();
          copy.labels = Map.of();
          copy.limit = OptionalInt.empty();
          copy.score = Optional.of(column);
        });
  }

  /** With the format stated. */
  public DataSource withFormat(Format written) {
    return copy(copy -> copy.format = Optional.of(written));
  }

  /** With names for the columns of a file that has no header line. */
  public DataSource withColumns(List<String> names) {
    return copy(copy -> copy.columns = names);
  }

  /** With new names for labels. */
  public DataSource withLabels(Map<String, String> names) {
    return copy(copy -> copy.labels = names);
  }

  /** With at most this many rows. */
  public DataSource withLimit(int rows) {
    return copy(copy -> copy.limit = OptionalInt.of(rows));
  }

  /** With the part of a built-in data set. */
  public DataSource withSplit(String part) {
    return copy(copy -> copy.split = Optional.of(part));
  }

  private DataSource copy(Consumer<Copy> change) {
    Copy copy = new Copy(path, text);
    copy.textPair = textPair;
    copy.label = label;
    copy.separator = separator;
    copy.score = score;
    copy.format = format;
    copy.columns = columns;
    copy.labels = labels;
    copy.limit = limit;
    copy.split = split;
    change.accept(copy);
    return copy.build();
  }

  /** The components while one of them changes. */
  private static final class Copy {
    private final String path;
    private final String text;
    private Optional<String> textPair = Optional.empty();
    private Optional<String> label = Optional.empty();
    private Optional<String> separator = Optional.empty();
    private Optional<String> score = Optional.empty();
    private Optional<Format> format = Optional.empty();
    private List<String> columns = List.of();
    private Map<String, String> labels = Map.of();
    private OptionalInt limit = OptionalInt.empty();
    private Optional<String> split = Optional.empty();

    Copy(String path, String text) {
      this.path = path;
      this.text = text;
    }

    DataSource build() {
      return new DataSource(
          path, text, textPair, label, separator, score, format, columns, labels, limit, split);
    }
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
