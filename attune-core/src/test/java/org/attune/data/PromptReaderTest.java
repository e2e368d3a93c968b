package org.attune.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.zip.GZIPOutputStream;
import org.attune.AttuneException;
import org.attune.UsageException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Prompts and answers out of every format. */
class PromptReaderTest {
  private static final String ASK = "ask {q} of {topic}";
  private static final String ANSWER = "{a}!";

  @TempDir Path folder;

  private Path write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  private static List<String> read(PromptSource source) {
    return PromptReader.read(List.of(source)).examples().stream()
        .map(row -> row.text() + " -> " + ((Target.Text) row.target()).value())
        .toList();
  }

  private static void refused(PromptSource source, String why) {
    assertThatThrownBy(() -> read(source))
        .isInstanceOf(AttuneException.class)
        .hasMessageContaining(why);
  }

  private static PromptSource source(Path file) {
    return PromptSource.of(file.toString(), ASK, ANSWER);
  }

  private static PromptSource with(
      PromptSource source, List<String> columns, Map<String, String> values, int limit) {
    return new PromptSource(
        source.path(),
        source.targetPath(),
        source.prompt(),
        source.answer(),
        source.format(),
        columns,
        values,
        limit == 0 ? OptionalInt.empty() : OptionalInt.of(limit));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "a.csv;topic,q,a|tea,'why, how',so|a \"cup\",when,now",
        "a.tsv;topic\tq\ta|tea\twhy, how\tso|a \"cup\"\twhen\tnow",
      })
  void tables(String name, String text) throws IOException {
    String quoted =
        name.endsWith("csv")
            ? text.replace('\'', '"').replace("a \"cup\"", "\"a \"\"cup\"\"\"")
            : text;
    Path file = write(name, quoted.replace('|', '\n') + "\n");
    assertThat(read(source(file)))
        .containsExactly("ask why, how of tea -> so!", "ask when of a \"cup\" -> now!");
  }

  @Test
  void jsonLines() throws IOException {
    Path file =
        write(
            "a.jsonl",
            """
            {"topic": "tea", "q": "why", "a": 7, "more": [1]}
            {"topic": "cups", "q": "wh\\u0065n", "a": "now"}
            """);
    assertThat(read(source(file)))
        .containsExactly("ask why of tea -> 7!", "ask when of cups -> now!");
  }

  @Test
  void compressedAndOfAnyEndingWhereTheFormatIsSaid() throws IOException {
    Path file = folder.resolve("a.jsonl.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write(
          "{\"topic\": \"t\", \"q\": \"q\", \"a\": \"a\"}\n".getBytes(StandardCharsets.UTF_8));
    }
    assertThat(read(source(file))).containsExactly("ask q of t -> a!");
    Path odd = write("a.data", "topic,q,a\nt,q,a\n");
    PromptSource said =
        new PromptSource(
            odd.toString(),
            Optional.empty(),
            ASK,
            ANSWER,
            Optional.of(PromptSource.Format.CSV),
            List.of(),
            Map.of(),
            OptionalInt.empty());
    assertThat(read(said)).containsExactly("ask q of t -> a!");
  }

  @Test
  void parquet() throws SQLException {
    Path file = folder.resolve("a.parquet");
    try (Connection duckdb = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = duckdb.createStatement()) {
      statement.execute(
          "COPY (SELECT 'tea' AS topic, 'why' AS q, 3 AS a) TO '" + file + "' (FORMAT parquet)");
    }
    assertThat(read(source(file))).containsExactly("ask why of tea -> 3!");
  }

  @Test
  void aListOfObjects() throws IOException {
    Path file =
        write(
            "a.json",
            "[{\"topic\": \"tea\", \"q\": [\"why\", \"how\"], \"a\": true, \"b\": null}]");
    assertThat(read(source(file))).containsExactly("ask why how of tea -> true!");
    refused(source(write("b.json", "{\"topic\": 1}")), "b.json is no list of objects");
    refused(source(write("c.json", "[{]")), "c.json is no JSON: ");
  }

  @Test
  void squad() throws IOException {
    Path file =
        write(
            "dev.json",
            """
            {"data": [{"paragraphs": [{"context": "Tea is hot.", "qas": [
              {"question": "Is it?", "answers": [{"text": "hot"}, {"text": "Tea"}]},
              {"question": "Cold?", "answers": []}]}]}]}
            """);
    PromptSource source =
        new PromptSource(
            file.toString(),
            Optional.empty(),
            "{question} {context}",
            "{answer}",
            Optional.of(PromptSource.Format.SQUAD),
            List.of(),
            Map.of(),
            OptionalInt.empty());
    assertThat(read(source))
        .containsExactly("Is it? Tea is hot. -> hot", "Cold? Tea is hot. -> unanswerable");
  }

  private static PromptSource lines(Path asked, Optional<String> answers) {
    return new PromptSource(
        asked.toString(),
        answers,
        "translate: {text}",
        "{target}",
        Optional.empty(),
        List.of(),
        Map.of(),
        OptionalInt.empty());
  }

  @Test
  void lineByLine() throws IOException {
    Path english = write("train.en", "a dog\na cat\n");
    Path german = write("train.de", "ein Hund\neine Katze\n");
    assertThat(read(lines(english, Optional.of(german.toString()))))
        .containsExactly("translate: a dog -> ein Hund", "translate: a cat -> eine Katze");
    Path shorter = write("short.de", "ein Hund\n");
    refused(lines(english, Optional.of(shorter.toString())), "has 2 lines, " + shorter + " has 1");
    assertThatThrownBy(() -> read(lines(english, Optional.empty())))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("name the file with its answers with target_path");
  }

  @Test
  void columnsAreNamedValuesRenamedAndRowsSampled() throws IOException {
    Path file = write("a.tsv", "tea\twhy\t0\ncups\twhen\t1\njugs\twho\t1\n");
    PromptSource named =
        with(source(file), List.of("topic", "q", "a"), Map.of("0", "no", "1", "yes"), 0);
    assertThat(read(named))
        .containsExactly(
            "ask why of tea -> no!", "ask when of cups -> yes!", "ask who of jugs -> yes!");
    PromptSource some = with(named, named.columns(), named.values(), 2);
    assertThat(read(some)).hasSize(2).isSubsetOf(read(named)).isEqualTo(read(some));
  }

  @Test
  void severalSourcesFollowEachOther() throws IOException {
    write("1.csv", "topic,q,a\none,q,a\n");
    write("2.csv", "topic,q,a\ntwo,q,a\n");
    PromptSource both = PromptSource.of(folder + "/*.csv", ASK, ANSWER);
    assertThat(PromptReader.read(List.of(both, both)).examples())
        .extracting(Example::text)
        .containsExactly("ask q of one", "ask q of two", "ask q of one", "ask q of two");
  }

  @Test
  void whatIsWrongIsSaidWithItsRow() throws IOException {
    refused(
        source(write("a.csv", "topic,q,b\nx,y,z\n")), "has no column 'a'; columns are topic, q, b");
    refused(source(write("b.json", "[{\"topic\": \"x\", \"qq\": 1}]")), "b.json row 1 has no 'q'");
    Path blank =
        write(
            "c.jsonl",
            "{\"topic\": \"x\", \"q\": \"y\", \"a\": \"z\"}\n{\"topic\": \"x\", \"q\": \"y\", \"a\": \" \"}\n");
    refused(
        PromptSource.of(blank.toString(), ASK, "{a}"),
        "c.jsonl row 2 has no answer; remove the row");
    assertThatThrownBy(() -> read(PromptSource.of(blank.toString(), "no column", ANSWER)))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("'no column' names no column");
    refused(source(write("d.json", "[]")), "d.json has no rows");
  }
}
