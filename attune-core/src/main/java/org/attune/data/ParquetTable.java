package org.attune.data;

import static org.attune.data.DuckDb.identifier;
import static org.attune.data.DuckDb.literal;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.attune.AttuneException;

/** Apache Parquet, whose files say their columns and types. */
record ParquetTable(Path file, String from, Map<String, String> columns) implements Table {

  static ParquetTable of(DuckDb duckdb, Path file) throws SQLException {
    // Some writers mark strings as plain bytes.
    String from = "read_parquet(" + literal(file.toString()) + ", binary_as_string = true)";
    Map<String, String> columns = new LinkedHashMap<>();
    try {
      duckdb.query(
          "DESCRIBE SELECT * FROM " + from,
          row -> {
            String name = row.getString("column_name");
            columns.put(name, asText(name, row.getString("column_type")));
          });
    } catch (SQLException e) {
      throw new ParquetTable(file, from, columns).explain(e);
    }
    return new ParquetTable(file, from, columns);
  }

  /** Lists become JSON, so that several labels can be told apart; all else is its text. */
  private static String asText(String column, String type) {
    boolean nested = type.endsWith("[]") || type.startsWith("STRUCT");
    return (nested ? "CAST(to_json(" + identifier(column) + ")" : "CAST(" + identifier(column))
        + " AS VARCHAR)";
  }

  @Override
  public AttuneException explain(SQLException e) {
    if (String.valueOf(e.getMessage()).contains("magic bytes")) {
      return new AttuneException(
          "data: " + file + " is no Parquet file, or was cut off: its last bytes are not PAR1", e);
    }
    return Table.unexplained(file, e);
  }
}
