package org.attune.data;

import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.attune.AttuneException;

/** Reads the wanted columns of a table, as text, in the order of the file. */
final class TableReader {
  private TableReader() {}

  static void read(DataSource source, Path file, DataSource.Format format, Consumer<Row> rows) {
    if (format != DataSource.Format.PARQUET) {
      TextCheck.check(file);
    }
    try (DuckDb duckdb = DuckDb.open(file)) {
      Table table = Table.of(duckdb, source, file, format);
      table.require(file, source.wantedColumns());
      try {
        duckdb.query(select(table, source.wantedColumns()), new RowMaker(source, file, rows));
      } catch (SQLException e) {
        throw table.explain(e);
      }
    } catch (SQLException e) {
      throw new AttuneException("data: DuckDB did not start: " + e.getMessage(), e);
    }
  }

  private static String select(Table table, List<String> wanted) {
    return wanted.stream()
        .map(table.columns()::get)
        .collect(Collectors.joining(", ", "SELECT ", " FROM " + table.from()));
  }

  /** Numbers the rows and gives their fields names; the fields are {@code wantedColumns()}. */
  private static final class RowMaker implements DuckDb.RowHandler {
    private final Path file;
    private final Consumer<Row> rows;
    private final int pair;
    private final int answer;
    private long number;

    RowMaker(DataSource source, Path file, Consumer<Row> rows) {
      this.file = file;
      this.rows = rows;
      pair = source.textPair().isPresent() ? 2 : 0;
      int fields = source.wantedColumns().size();
      answer = source.answerColumn().isPresent() ? fields : 0;
    }

    @Override
    public void accept(ResultSet row) throws SQLException {
      number++;
      rows.accept(
          new Row(
              file, Row.Place.ROW, number, field(row, 1), field(row, pair), field(row, answer)));
    }

    private static Optional<String> field(ResultSet row, int index) throws SQLException {
      return index == 0 ? Optional.empty() : Optional.ofNullable(row.getString(index));
    }
  }
}
