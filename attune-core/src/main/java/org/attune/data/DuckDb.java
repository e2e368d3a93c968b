package org.attune.data;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import org.attune.AttuneException;

/**
 * A DuckDB that may open one file and nothing else: no other file, no network, no extensions,
 * nothing spilled to disk. Its native library loads when the first one opens.
 */
final class DuckDb implements AutoCloseable {
  private final Connection connection;

  private DuckDb(Connection connection) {
    this.connection = connection;
  }

  static DuckDb open(Path file) throws SQLException {
    if (file.toString().matches(".*[\\[*?].*")) {
      // DuckDB takes these for patterns, has no way to escape them where access is restricted, and
      // without the restriction reads b1.csv when asked for b[1].csv.
      throw new AttuneException(
          "data: " + file + ": one of the characters [ * ? is in its name; rename it");
    }
    Properties streaming = new Properties();
    streaming.setProperty("jdbc_stream_results", "true");
    DuckDb duckdb = new DuckDb(DriverManager.getConnection("jdbc:duckdb:", streaming));
    try (Statement statement = duckdb.connection.createStatement()) {
      statement.execute("SET autoinstall_known_extensions = false");
      statement.execute("SET autoload_known_extensions = false");
      statement.execute("SET memory_limit = '2GB'");
      statement.execute("SET temp_directory = ''");
      statement.execute("SET allowed_paths = [" + literal(file.toString()) + "]");
      statement.execute("SET enable_external_access = false");
      statement.execute("SET lock_configuration = true");
      return duckdb;
    } catch (SQLException e) {
      duckdb.close();
      throw e;
    }
  }

  /** What a query's rows are given to. */
  @FunctionalInterface
  interface RowHandler {
    void accept(ResultSet row) throws SQLException;
  }

  void query(String sql, RowHandler handler) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      while (result.next()) {
        handler.accept(result);
      }
    }
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }

  static String literal(String value) {
    return "'" + value.replace("'", "''") + "'";
  }

  static String identifier(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }
}
