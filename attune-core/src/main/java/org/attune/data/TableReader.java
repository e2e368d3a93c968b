package org.attune.data;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.attune.AttuneException;

/**
 * Reads tables with DuckDB. Nothing is guessed that could be guessed wrongly: the delimiter follows
 * from the format, the first line is the header unless the source names the columns, every field is
 * text. DuckDB may open the one file and nothing else: no network, no extensions.
 */
final class TableReader {
  private static final Pattern CSV_LINE = Pattern.compile("Line: (\\d+)");
  private static final Pattern JSON_LINE =
      Pattern.compile("in (?:record/value|line|record) (\\d+)");

  private final DataSource source;
  private final Path file;
  private final DataSource.Format format;

  private TableReader(DataSource source, Path file, DataSource.Format format) {
    this.source = source;
    this.file = file;
    this.format = format;
  }

  static void read(DataSource source, Path file, DataSource.Format format, Consumer<Row> rows) {
    if (format != DataSource.Format.PARQUET) {
      TextCheck.check(file);
    }
    TableReader reader = new TableReader(source, file, format);
    try (Connection duckdb = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = duckdb.createStatement()) {
      reader.lockDown(statement);
      reader.read(statement, rows);
    } catch (SQLException e) {
      throw reader.explain(e);
    }
  }

  private void lockDown(Statement statement) throws SQLException {
    statement.execute("SET autoinstall_known_extensions = false");
    statement.execute("SET autoload_known_extensions = false");
    statement.execute("SET memory_limit = '2GB'");
    statement.execute("SET allowed_paths = [" + literal(file.toString()) + "]");
    statement.execute("SET enable_external_access = false");
    statement.execute("SET lock_configuration = true");
  }

  private void read(Statement statement, Consumer<Row> rows) throws SQLException {
    Map<String, String> types = columns(statement);
    List<String> wanted = new ArrayList<>(List.of(source.text()));
    source.textPair().ifPresent(wanted::add);
    Optional<String> answer = source.label().or(source::score);
    answer.ifPresent(wanted::add);
    wanted.forEach(name -> requireColumn(name, types));
    String select =
        wanted.stream()
            .map(name -> asText(name, types.get(name)))
            .collect(Collectors.joining(", ", "SELECT ", " FROM " + table()));
    int answerIndex = answer.isPresent() ? wanted.size() : 0;
    try (ResultSet result = statement.executeQuery(select)) {
      long number = 0;
      while (result.next()) {
        number++;
        rows.accept(
            new Row(
                file + " row " + number,
                result.getString(1),
                source.textPair().isPresent()
                    ? Optional.ofNullable(result.getString(2))
                    : Optional.empty(),
                answerIndex > 0
                    ? Optional.ofNullable(result.getString(answerIndex))
                    : Optional.empty()));
      }
    }
  }

  /** The file's columns and their types. */
  private Map<String, String> columns(Statement statement) throws SQLException {
    Map<String, String> types = new LinkedHashMap<>();
    try (ResultSet result = statement.executeQuery("DESCRIBE SELECT * FROM " + table())) {
      while (result.next()) {
        types.put(result.getString("column_name"), result.getString("column_type"));
      }
    }
    return types;
  }

  private void requireColumn(String name, Map<String, String> types) {
    if (!types.containsKey(name)) {
      throw new AttuneException(
          "data: "
              + file
              + " has no column '"
              + name
              + "'; columns are "
              + String.join(", ", types.keySet())
              + NearNames.hint(name, types.keySet()));
    }
  }

  /** Lists become JSON, so that several labels can be told apart; all else is its text. */
  private static String asText(String column, String type) {
    boolean nested = type.endsWith("[]") || type.startsWith("STRUCT") || type.equals("JSON");
    return (nested ? "CAST(to_json(" + identifier(column) + ")" : "CAST(" + identifier(column))
        + " AS VARCHAR)";
  }

  private String table() {
    String path = literal(file.toString());
    return switch (format) {
      case PARQUET -> "read_parquet(" + path + ")";
      case JSONL -> "read_json(" + path + ", format = 'newline_delimited', sample_size = -1)";
      case TSV -> csv(path, '\t', false);
      case CSV -> csv(path, ',', true);
      case LABEL_FIRST -> throw new IllegalStateException("lines are no table");
    };
  }

  private String csv(String path, char delimiter, boolean quotes) {
    List<String> names =
        source.columns().isEmpty() ? HeaderLine.read(file, delimiter, quotes) : source.columns();
    String columns =
        names.stream()
            .map(name -> literal(name) + ": 'VARCHAR'")
            .collect(Collectors.joining(", ", "{", "}"));
    String quote = quotes ? "'\"'" : "''";
    return String.format(
        "read_csv(%s, auto_detect = false, delim = '%s', quote = %s, escape = %s, header = %s,"
            + " columns = %s, strict_mode = true, null_padding = false)",
        path, delimiter, quote, quote, source.columns().isEmpty(), columns);
  }

  private AttuneException explain(SQLException e) {
    String message = String.valueOf(e.getMessage());
    Matcher csv = CSV_LINE.matcher(message);
    Matcher json = JSON_LINE.matcher(message);
    String where = csv.find() ? ":" + csv.group(1) : json.find() ? ":" + json.group(1) : "";
    String reason = message.lines().findFirst().orElse("").replaceFirst("^[A-Za-z ]+Error: ", "");
    if (message.contains("Expected Number of Columns")) {
      Matcher counts =
          Pattern.compile("Expected Number of Columns: (\\d+) Found: (\\d+)").matcher(message);
      if (counts.find()) {
        reason =
            "has "
                + counts.group(2)
                + " fields, the header "
                + counts.group(1)
                + "; is a delimiter or a quote missing?";
      }
    }
    return new AttuneException(
        "data: " + file + where + (reason.startsWith("has ") ? " " : ": ") + reason, e);
  }

  private static String literal(String value) {
    return "'" + value.replace("'", "''") + "'";
  }

  private static String identifier(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }
}
