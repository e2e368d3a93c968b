package org.attune.cli;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.attune.UsageException;
import org.attune.data.DataSource;
import picocli.CommandLine.Option;

/** The columns of labelled data, as options. */
final class SourceOptions {
  @Option(
      names = "--data",
      required = true,
      description = "CSV, TSV, JSONL or Parquet file, a glob, or builtin:wordnet-topics.")
  private String data;

  @Option(names = "--text", description = "Column with the text (default: ${DEFAULT-VALUE}).")
  private String text = "text";

  @Option(names = "--text-pair", description = "Column with a second text.")
  private String pair;

  @Option(names = "--label", description = "Column with the label (default: label).")
  private String label;

  @Option(names = "--separator", description = "Between several labels in one field.")
  private String separator;

  @Option(names = "--score", description = "Column with a number to predict.")
  private String score;

  @Option(
      names = "--format",
      description = "csv, tsv, jsonl, parquet or label-first, where the ending does not say.")
  private String format;

  @Option(
      names = "--columns",
      split = ",",
      description = "Names for the columns of a file without a header line.")
  private List<String> columns = List.of();

  @Option(
      names = "--rename-label",
      paramLabel = "DATA=MODEL",
      description = "Another name for a label, such as 1=positive.")
  private Map<String, String> labels = Map.of();

  @Option(names = "--limit", description = "At most so many rows, each label in proportion.")
  private Integer limit;

  @Option(names = "--split", description = "Part of a built-in data set.")
  private String split;

  DataSource source() {
    Optional<DataSource.Format> known = Optional.ofNullable(format).map(SourceOptions::format);
    boolean named = known.equals(Optional.of(DataSource.Format.LABEL_FIRST));
    boolean builtin = data.startsWith(DataSource.BUILTIN);
    return new DataSource(
        data,
        text,
        Optional.ofNullable(pair),
        score != null || named || builtin
            ? Optional.ofNullable(label)
            : Optional.of(label == null ? "label" : label),
        Optional.ofNullable(separator),
        Optional.ofNullable(score),
        known,
        columns,
        labels,
        limit == null ? OptionalInt.empty() : OptionalInt.of(limit),
        Optional.ofNullable(split));
  }

  private static DataSource.Format format(String name) {
    return Arrays.stream(DataSource.Format.values())
        .filter(format -> format.configName().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new UsageException(
                    "--format is '"
                        + name
                        + "', expected one of "
                        + Arrays.stream(DataSource.Format.values())
                            .map(DataSource.Format::configName)
                            .toList()));
  }
}
