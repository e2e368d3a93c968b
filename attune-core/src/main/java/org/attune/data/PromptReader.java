package org.attune.data;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.attune.AttuneException;
import org.attune.UsageException;

/** From the rows of a {@link PromptSource} to examples. */
public final class PromptReader {
  private static final long LARGEST_JSON = 1L << 28;
  private static final String UNANSWERABLE = "unanswerable";

  private final PromptSource source;
  private final PromptTemplate prompt;
  private final PromptTemplate answer;
  private final List<Example> examples = new ArrayList<>();

  private PromptReader(PromptSource source) {
    this.source = source;
    prompt = new PromptTemplate(source.prompt());
    answer = new PromptTemplate(source.answer());
  }

  /**
   * Reads several sources, one after the other.
   *
   * @throws AttuneException saying file and row of what is wrong
   */
  public static Dataset read(List<PromptSource> sources) {
    List<Example> all = new ArrayList<>();
    sources.forEach(source -> all.addAll(new PromptReader(source).read().examples()));
    String name = sources.stream().map(PromptSource::path).collect(Collectors.joining(", "));
    return Dataset.of(name, all, Labels.of(List.of()));
  }

  private Dataset read() {
    for (Path file : FileSet.of(source.path())) {
      switch (source.format().orElseGet(() -> formatOf(file))) {
        case LINES -> lines(file);
        case JSON -> json(file);
        case SQUAD -> squad(file);
        case CSV -> table(file, DataSource.Format.CSV);
        case TSV -> table(file, DataSource.Format.TSV);
        case JSONL -> table(file, DataSource.Format.JSONL);
        case PARQUET -> table(file, DataSource.Format.PARQUET);
      }
    }
    if (examples.isEmpty()) {
      throw new AttuneException("data: " + source.path() + " has no rows");
    }
    Dataset whole = Dataset.of(source.path(), examples, Labels.of(List.of()));
    return source.limit().isPresent() ? whole.sample(source.limit().getAsInt(), 0) : whole;
  }

  private static PromptSource.Format formatOf(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT).replaceFirst("\\.gz$", "");
    return switch (name.substring(name.lastIndexOf('.') + 1)) {
      case "csv" -> PromptSource.Format.CSV;
      case "tsv" -> PromptSource.Format.TSV;
      case "jsonl", "ndjson" -> PromptSource.Format.JSONL;
      case "json" -> PromptSource.Format.JSON;
      case "parquet" -> PromptSource.Format.PARQUET;
      default -> PromptSource.Format.LINES;
    };
  }

  private void add(Map<String, String> row, String where) {
    row.replaceAll((column, value) -> source.values().getOrDefault(value, value));
    String asked = prompt.fill(row, where);
    String wanted = answer.fill(row, where);
    if (wanted.isBlank()) {
      throw new AttuneException("data: " + where + " has no answer; remove the row");
    }
    examples.add(new Example(asked, Optional.empty(), new Target.Text(wanted)));
  }

  // ---- plain text

  private void lines(Path file) {
    Path targets =
        Path.of(
            source
                .targetPath()
                .orElseThrow(
                    () ->
                        new UsageException(
                            "data: "
                                + file
                                + " is plain text; name the file with its answers with"
                                + " target_path")));
    try {
      TextCheck.check(file);
      TextCheck.check(targets);
      List<String> asked = Files.readAllLines(file);
      List<String> wanted = Files.readAllLines(targets);
      if (asked.size() != wanted.size()) {
        throw new AttuneException(
            String.format(
                "data: %s has %d lines, %s has %d; line i of one must answer line i of the other",
                file, asked.size(), targets, wanted.size()));
      }
      for (int i = 0; i < asked.size(); i++) {
        Map<String, String> row = new LinkedHashMap<>();
        row.put("text", asked.get(i));
        row.put("target", wanted.get(i));
        add(row, file + ":" + (i + 1));
      }
    } catch (IOException e) {
      throw new AttuneException("data: " + file + " could not be read: " + e.getMessage(), e);
    }
  }

  // ---- tables

  private void table(Path file, DataSource.Format format) {
    LinkedHashSet<String> names = new LinkedHashSet<>(prompt.columns());
    names.addAll(answer.columns());
    List<String> wanted = List.copyOf(names);
    if (format != DataSource.Format.PARQUET) {
      TextCheck.check(file);
    }
    try (DuckDb duckdb = DuckDb.open(file)) {
      Table table =
          switch (format) {
            case TSV -> CsvTable.of(file, '\t', false, source.columns());
            case JSONL -> JsonLinesTable.of(file, wanted);
            case PARQUET -> ParquetTable.of(duckdb, file);
            default -> CsvTable.of(file, ',', true, source.columns());
          };
      table.require(file, wanted);
      String select =
          wanted.stream()
              .map(table.columns()::get)
              .collect(Collectors.joining(", ", "SELECT ", " FROM " + table.from()));
      int[] number = {0};
      try {
        duckdb.query(
            select,
            result -> {
              Map<String, String> row = new LinkedHashMap<>();
              for (int i = 0; i < wanted.size(); i++) {
                row.put(wanted.get(i), Optional.ofNullable(result.getString(i + 1)).orElse(""));
              }
              add(row, file + " row " + ++number[0]);
            });
      } catch (SQLException e) {
        throw table.explain(e);
      }
    } catch (SQLException e) {
      throw new AttuneException("data: DuckDB did not start: " + e.getMessage(), e);
    }
  }

  // ---- JSON

  private void json(Path file) {
    JsonNode list = tree(file);
    if (!list.isArray()) {
      throw new AttuneException(
          "data: " + file + " is no list of objects; for SQuAD's form write format: squad");
    }
    int number = 0;
    for (JsonNode object : list) {
      Map<String, String> row = new LinkedHashMap<>();
      object.properties().forEach(field -> row.put(field.getKey(), text(field.getValue())));
      add(row, file + " row " + ++number);
    }
  }

  /** A list of texts is read as its sentences. */
  private static String text(JsonNode value) {
    if (value.isArray()) {
      return StreamSupport.stream(value.spliterator(), false)
          .map(PromptReader::text)
          .collect(Collectors.joining(" "));
    }
    return value.isNull() ? "" : value.asText();
  }

  private void squad(Path file) {
    int number = 0;
    for (JsonNode article : tree(file).path("data")) {
      for (JsonNode paragraph : article.path("paragraphs")) {
        for (JsonNode question : paragraph.path("qas")) {
          Map<String, String> row = new LinkedHashMap<>();
          row.put("context", paragraph.path("context").asText());
          row.put("question", question.path("question").asText());
          row.put("answer", question.path("answers").path(0).path("text").asText(UNANSWERABLE));
          add(row, file + " question " + ++number);
        }
      }
    }
  }

  static JsonNode tree(Path file) {
    try {
      if (Files.size(file) > LARGEST_JSON) {
        throw new AttuneException(
            "data: " + file + " is larger than 256 MiB; make it JSON Lines, one object a line");
      }
      return new ObjectMapper().readTree(file.toFile());
    } catch (IOException e) {
      throw new AttuneException(
          "data: "
              + file
              + " is no JSON: "
              + String.valueOf(e.getMessage()).lines().findFirst().orElse(""),
          e);
    }
  }
}
