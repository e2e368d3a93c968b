package org.attune.data;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.attune.AttuneException;
import org.attune.NearNames;

/** A file as DuckDB is to read it, with nothing left to guess. */
interface Table {
  /** The SQL table function with all its options. */
  String from();

  /** By column name, the SQL expression of its value as text. */
  Map<String, String> columns();

  /** What DuckDB's complaint means for the user. */
  AttuneException explain(SQLException e);

  /**
   * The first line of DuckDB's message without its category, cut where the file's own text follows.
   */
  static AttuneException unexplained(Path file, SQLException e) {
    String message =
        String.valueOf(e.getMessage())
            .lines()
            .filter(line -> !line.contains("unsuccessful or closed pending query"))
            .findFirst()
            .orElse("unknown fault")
            .replaceFirst("^(Error: )?([A-Za-z ]+ Error: )?", "");
    String brief = message.length() > 200 ? message.substring(0, 200) + ".." : message;
    return new AttuneException("data: " + file + " could not be read: " + brief, e);
  }

  /** Columns of a table by its format. */
  static Table of(DuckDb duckdb, DataSource source, Path file, DataSource.Format format)
      throws SQLException {
    return switch (format) {
      case CSV -> CsvTable.of(file, ',', true, source.columns());
      case TSV -> CsvTable.of(file, '\t', false, source.columns());
      case JSONL -> JsonLinesTable.of(file, source.wantedColumns());
      case PARQUET -> ParquetTable.of(duckdb, file);
      case LABEL_FIRST -> throw new IllegalArgumentException("lines are no table");
    };
  }

  /** Refuses a column that is not there. */
  default void require(Path file, List<String> wanted) {
    for (String name : wanted) {
      if (!columns().containsKey(name)) {
        List<String> known = List.copyOf(columns().keySet());
        throw new AttuneException(
            "data: "
                + file
                + " has no column '"
                + name
                + "'; columns are "
                + Rows.list(known)
                + NearNames.hint(name, known));
      }
    }
  }
}
