package org.attune.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.attune.AttuneException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a guessing reader gets wrong, and what DuckDB must not be able to do. */
class TableTest {
  @TempDir Path folder;

  private Path write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  private static Dataset read(Path file) {
    return Dataset.csv(file, "text", "label");
  }

  private static void refused(Path file, String message) {
    assertThatThrownBy(() -> read(file)).isInstanceOf(AttuneException.class).hasMessage(message);
  }

  @Test
  void valuesKeepTheirSpelling() throws Exception {
    Path csv = write("a.csv", "text,label\n2020-01-01T00:00,007\nNULL,1e3\ntrue, x \n");
    assertThat(read(csv).examples().stream().map(Example::text))
        .containsExactly("2020-01-01T00:00", "NULL", "true");
    assertThat(read(csv).labels().names()).containsExactly("007", "1e3", "x");
    Path jsonl =
        write(
            "a.jsonl",
            """
            {"text": "2020-01-01T00:00", "label": true}

            {"label": false, "text": "t\\u0041 \\"q\\"", "more": {"a": [1]}}
            """);
    assertThat(read(jsonl).examples().stream().map(Example::text))
        .containsExactly("2020-01-01T00:00", "tA \"q\"");
    assertThat(read(jsonl).labels().names()).containsExactly("false", "true");
  }

  @Test
  void anyHeaderWillDo() throws Exception {
    Path unnamed = write("a.csv", ",text,label,Label\n0,x,a,q\n1,y,b,q\n");
    assertThat(read(unnamed).labels().names()).containsExactly("a", "b");
    Path marked = write("b.csv", "\ufefftext,label\r\n\"x\r\ny\",a\r\nz,b\r\n");
    assertThat(read(marked).get(0).text()).isEqualTo("x\r\ny");
    assertThat(read(marked).labels().names()).containsExactly("a", "b");
    Path twice = write("c.csv", "text,label,label\nx,a,b\n");
    refused(twice, "data: " + twice + ":1 names a column twice: text, label, label");
    Path headless = write("d.csv", "\ufeffx \"so called\" y,a\nz,b\n");
    Dataset named =
        Dataset.read(
            DataSource.of(headless.toString(), "t").withLabel("l").withColumns(List.of("t", "l")));
    assertThat(named.get(0).text()).isEqualTo("x \"so called\" y");
  }

  @Test
  void brokenCsv() throws Exception {
    Path open = write("open.csv", "text,label\na,1\n\"open,2\nb,3\n");
    refused(
        open,
        "data: "
            + open
            + ":3 opens a quote that is not closed; within quotes, write \"\" for a quote");
    Path gz = folder.resolve("empty.csv.gz");
    try (var out = new GZIPOutputStream(Files.newOutputStream(gz))) {
      out.write(new byte[0]);
    }
    refused(gz, "data: " + gz + " is empty");
    Path cut = folder.resolve("cut.csv.gz");
    Files.write(cut, "text,label\nx,1\n".getBytes(StandardCharsets.UTF_8));
    refused(cut, "data: " + cut + " could not be read: Not in GZIP format");
    Path few = write("few.csv", "text,label\nx\n");
    refused(few, "data: " + few + ":2 has 1 field, expected 2; is a delimiter or a quote missing?");
  }

  @Test
  void brokenJsonLines() throws Exception {
    Path open = write("open.jsonl", "{\"text\": \"a\", \"label\": 1}\n\n{\"text\": \"b\"\n{}\n");
    refused(
        open,
        "data: "
            + open
            + ":3 is no JSON object: Unexpected end-of-input: expected close marker for Object"
            + " (column 13)");
    Path list = write("list.jsonl", "{\"text\": \"a\", \"label\": 1}\n[1, 2]\n");
    refused(
        list, "data: " + list + ":2 is a JSON array, expected an object such as {\"text\": ..}");
    Path key = write("key.jsonl", "{\"txt\": \"a\", \"label\": 1}\n");
    refused(
        key, "data: " + key + " has no column 'text'; columns are txt, label; did you mean 'txt'?");
    Path missing = write("missing.jsonl", "{\"text\": \"a\", \"label\": 1}\n{\"label\": 2}\n");
    refused(missing, "data: " + missing + " row 2 has no text in 'text'; remove the row");
    Path nul = write("nul.jsonl", "{\"text\": \"a\\u0000\", \"label\": 1}\n");
    refused(nul, "data: " + nul + " row 1 has a NUL character in 'text'; remove it");
    Path blank = write("blank.jsonl", "\n\n");
    refused(blank, "data: " + blank + " has no rows");
  }

  @Test
  void brokenParquet() throws Exception {
    Path file = write("a.parquet", "this is not a Parquet file");
    refused(
        file, "data: " + file + " is no Parquet file, or was cut off: its last bytes are not PAR1");
  }

  @Test
  void parquetBytesAndLists() throws Exception {
    Path file = folder.resolve("a.parquet");
    try (var connection = DriverManager.getConnection("jdbc:duckdb:");
        var statement = connection.createStatement()) {
      statement.execute(
          "COPY (SELECT encode('h\u00e9llo') AS text, ['b', 'a'] AS label) TO '" + file + "'");
    }
    DataSource source = DataSource.of(file.toString(), "text").withLabel("label");
    Dataset data = Dataset.read(source.withSeparator("|"));
    assertThat(data.get(0).text()).isEqualTo("h\u00e9llo");
    assertThat(data.get(0).target()).isEqualTo(new Target.Multi(List.of(0, 1)));
  }

  @Test
  void duckDbOpensOneFileOnly() throws Exception {
    Path mine = write("mine.csv", "text,label\nx,1\n");
    Path other = write("other.csv", "text,label\nx,1\n");
    try (DuckDb duckdb = DuckDb.open(mine)) {
      duckdb.query("SELECT * FROM read_csv('" + mine + "')", row -> {});
      for (String sql :
          List.of(
              "SELECT * FROM read_csv('" + other + "')",
              "SELECT * FROM read_csv('http://localhost/a.csv')",
              "COPY (SELECT 1) TO '" + other + "'",
              "INSTALL httpfs",
              "ATTACH '" + folder.resolve("a.db") + "'",
              "SET enable_external_access = true")) {
        assertThatThrownBy(() -> duckdb.query(sql, row -> {}))
            .isInstanceOf(SQLException.class)
            .message()
            .matches("(?s).*(disabled by configuration|configuration has been locked).*");
      }
    }
    assertThat(other).hasContent("text,label\nx,1\n");
  }

  @Test
  void namesThatArePatternsAreRefused() throws Exception {
    write("b1.csv", "text,label\nother,1\n");
    Path file = write("b[1].csv", "text,label\nx,1\n");
    refused(file, "data: " + file + ": one of the characters [ * ? is in its name; rename it");
  }
}
