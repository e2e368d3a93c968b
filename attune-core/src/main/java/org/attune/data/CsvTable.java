package org.attune.data;

import static org.attune.data.DuckDb.literal;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.attune.AttuneException;

/**
 * Comma- or tab-separated values. DuckDB's sniffer is off: it would take quotes in a TSV's text for
 * quoting, and {@code 007} for a number. Columns are {@code c0, c1, ..} to DuckDB, so that any name
 * will do, also none.
 */
record CsvTable(Path file, String from, Map<String, String> columns) implements Table {
  /** Longest row, in bytes. */
  private static final int MAX_LINE = 32 << 20;

  private static final Pattern LINE = Pattern.compile("CSV Error on Line: (\\d+)");
  private static final Pattern COUNTS =
      Pattern.compile("Expected Number of Columns: (\\d+) Found: (\\d+)");

  static CsvTable of(Path file, char delimiter, boolean quotes, List<String> given) {
    List<String> names = given.isEmpty() ? HeaderLine.read(file, delimiter, quotes) : given;
    Map<String, String> columns = new LinkedHashMap<>();
    StringJoiner types = new StringJoiner(", ", "{", "}");
    for (int i = 0; i < names.size(); i++) {
      if (columns.put(names.get(i), "c" + i) != null) {
        throw new AttuneException(
            "data: " + file + ":1 names a column twice: " + String.join(", ", names));
      }
      types.add("'c" + i + "': 'VARCHAR'");
    }
    String quote = quotes ? "'\"'" : "''";
    String from =
        String.format(
            "read_csv(%s, auto_detect = false, delim = '%s', quote = %s, escape = %s, header = %s,"
                + " columns = %s, strict_mode = true, null_padding = false, max_line_size = %d)",
            literal(file.toString()), delimiter, quote, quote, given.isEmpty(), types, MAX_LINE);
    return new CsvTable(file, from, columns);
  }

  @Override
  public AttuneException explain(SQLException e) {
    String message = String.valueOf(e.getMessage());
    Matcher line = LINE.matcher(message);
    if (!line.find()) {
      return Table.unexplained(file, e);
    }
    return new AttuneException("data: " + file + ":" + line.group(1) + " " + reason(message), e);
  }

  private String reason(String message) {
    Matcher counts = COUNTS.matcher(message);
    if (counts.find()) {
      return String.format(
          "has %s field%s, expected %s; is a delimiter or a quote missing?",
          counts.group(2), counts.group(2).equals("1") ? "" : "s", counts.group(1));
    }
    if (message.contains("Maximum line size")) {
      return "is longer than " + (MAX_LINE >> 20) + " MiB; is a closing quote missing?";
    }
    if (message.contains("quote")) {
      return "opens a quote that is not closed; within quotes, write \"\" for a quote";
    }
    return "breaks the rules of CSV; do quotes and delimiters pair up?";
  }
}
