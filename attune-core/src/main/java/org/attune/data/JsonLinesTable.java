package org.attune.data;

import static org.attune.data.DuckDb.identifier;
import static org.attune.data.DuckDb.literal;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.attune.AttuneException;

/**
 * One JSON object a line. DuckDB is told to take every value as text, else it would reformat texts
 * that look like dates; lists and objects arrive as JSON, null and missing keys as null.
 */
record JsonLinesTable(Path file, String from, Map<String, String> columns) implements Table {

  static JsonLinesTable of(Path file, List<String> wanted) {
    Collection<String> keys = JsonLines.keys(file, wanted);
    if (keys.isEmpty()) {
      throw new AttuneException("data: " + file + " has no rows");
    }
    Map<String, String> columns = new LinkedHashMap<>();
    keys.forEach(key -> columns.put(key, identifier(key)));
    String types =
        wanted.stream()
            .distinct()
            .map(name -> literal(name) + ": 'VARCHAR'")
            .collect(Collectors.joining(", ", "{", "}"));
    String from =
        String.format(
            "read_json(%s, format = 'newline_delimited', records = true, columns = %s)",
            literal(file.toString()), types);
    return new JsonLinesTable(file, from, columns);
  }

  @Override
  public AttuneException explain(SQLException e) {
    // DuckDB's line numbers can be off by one: look for the fault with a parser that knows.
    return JsonLines.fault(file).orElseGet(() -> Table.unexplained(file, e));
  }
}
