package org.attune.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.attune.AttuneException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetTest {
  @TempDir Path folder;

  private Path write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  private static DataSource source(Path file, DataSource.Format format) {
    return DataSource.of(file.toString(), "text").withLabel("label").withFormat(format);
  }

  @Test
  void readsCsvWithQuotesAndLineBreaks() throws Exception {
    Path file =
        write("a.csv", "text,label\n\"said \"\"no\"\", twice\nand left\",neg\nfine 😀,pos\n");
    Dataset data = Dataset.csv(file, "text", "label");
    assertThat(data.size()).isEqualTo(2);
    assertThat(data.get(0).text()).isEqualTo("said \"no\", twice\nand left");
    assertThat(data.labels().names()).containsExactly("neg", "pos");
    assertThat(data.get(1).target()).isEqualTo(new Target.Single(1));
    assertThat(data.describe()).isEqualTo(file + ": 2 rows, 2 labels");
  }

  @Test
  void readsTsvWithStrayQuotes() throws Exception {
    Path file = write("a.tsv", "text\tlabel\n\"unbalanced \tone\nplain\ttwo\n");
    Dataset data = Dataset.csv(file, "text", "label");
    assertThat(data.get(0).text()).isEqualTo("\"unbalanced ");
  }

  @Test
  void readsJsonLinesAndParquetAndGzip() throws Exception {
    Path jsonl =
        write("a.jsonl", "{\"text\": \"a, b\", \"label\": 1}\n{\"text\": \"c\", \"label\": 10}\n");
    assertThat(Dataset.csv(jsonl, "text", "label").labels().names()).containsExactly("1", "10");
    Path parquet = folder.resolve("a.parquet");
    try (var connection = DriverManager.getConnection("jdbc:duckdb:");
        var statement = connection.createStatement()) {
      statement.execute(
          "COPY (SELECT 'x' AS text, 2 AS label UNION ALL SELECT 'y', 3) TO '" + parquet + "'");
    }
    assertThat(Dataset.csv(parquet, "text", "label").labels().names()).containsExactly("2", "3");
    Path gz = folder.resolve("a.csv.gz");
    try (var out = new GZIPOutputStream(Files.newOutputStream(gz))) {
      out.write("text,label\nx,1\ny,2\n".getBytes(StandardCharsets.UTF_8));
    }
    assertThat(Dataset.csv(gz, "text", "label").size()).isEqualTo(2);
  }

  @Test
  void readsAllFilesOfAGlobInOrder() throws Exception {
    write("b.csv", "text,label\nsecond,1\n");
    write("a.csv", "text,label\nfirst,0\n");
    Dataset data = Dataset.csv(Path.of(folder + "/*.csv"), "text", "label");
    assertThat(data.get(0).text()).isEqualTo("first");
    assertThat(data.get(1).text()).isEqualTo("second");
  }

  @Test
  void readsLinesThatBeginWithTheirLabel() throws Exception {
    Dataset data =
        Dataset.read(
            source(write("a.txt", "1 so good\n0 so bad\n"), DataSource.Format.LABEL_FIRST));
    assertThat(data.get(0).text()).isEqualTo("so good");
    assertThat(data.labels().names()).containsExactly("0", "1");
  }

  @Test
  void readsSeveralLabelsPairsAndScores() throws Exception {
    Path file =
        write(
            "a.jsonl", "{\"text\":\"x\",\"label\":[\"b\",\"a\"]}\n{\"text\":\"y\",\"label\":[]}\n");
    DataSource multi =
        DataSource.of(file.toString(), "text")
            .withLabel("label")
            .withSeparator(",")
            .withLabels(Map.of("a", "A"));
    Dataset data = Dataset.read(multi);
    assertThat(data.labels().names()).containsExactly("A", "b");
    assertThat(data.get(0).target()).isEqualTo(new Target.Multi(List.of(0, 1)));
    assertThat(data.get(1).target()).isEqualTo(new Target.Multi(List.of()));

    Path scores = write("s.csv", "one,two,3.5\nthree,four,0\n");
    Dataset pairs =
        Dataset.read(
            DataSource.of(scores.toString(), "a")
                .withPair("b")
                .withScore("c")
                .withColumns(List.of("a", "b", "c")));
    assertThat(pairs.get(0))
        .isEqualTo(new Example("one", Optional.of("two"), new Target.Score(3.5)));
    assertThat(pairs.hasPairs()).isTrue();
  }

  @Test
  void quotesInNamesAreNames() throws Exception {
    Path file = write("it's; DROP TABLE x.csv", "\"te\"\"xt\",label\nx,1\ny,0\n");
    assertThat(Dataset.csv(file, "te\"xt", "label").size()).isEqualTo(2);
  }

  @Test
  void acceptsALineOfAMegabyte() throws Exception {
    Path file = write("a.csv", "text,label\n" + "word ".repeat(200_000) + ",1\nshort,0\n");
    assertThat(Dataset.csv(file, "text", "label").get(0).text()).hasSize(1_000_000);
  }

  // ---- bad input: one line that says what, where and what next

  private static void refused(ThrowingRead read, String message) {
    assertThatThrownBy(read::run).isInstanceOf(AttuneException.class).hasMessage(message);
  }

  private interface ThrowingRead {
    void run() throws Exception;
  }

  @Test
  void missingFilesNameTheNearest() throws Exception {
    write("train.csv", "text,label\nx,1\n");
    Path wrong = folder.resolve("trian.csv");
    refused(
        () -> Dataset.csv(wrong, "text", "label"),
        "data: " + wrong + " does not exist; did you mean 'train.csv'?");
    refused(
        () -> Dataset.csv(folder, "text", "label"),
        "data: "
            + folder
            + " is a folder, expected a file; for all files in it write "
            + folder
            + "/*");
    refused(
        () -> Dataset.csv(Path.of(folder + "/*.tsv"), "text", "label"),
        "data: no file matches " + folder + "/*.tsv");
    refused(
        () -> Dataset.read(DataSource.of("https://example.org/a.csv", "text")),
        "data: https://example.org/a.csv is an address; only local files are read: download it first");
  }

  @Test
  void emptyFiles() throws Exception {
    Path empty = write("empty.csv", "");
    refused(() -> Dataset.csv(empty, "text", "label"), "data: " + empty + " is empty");
    Path header = write("header.csv", "text,label\n");
    refused(
        () -> Dataset.csv(header, "text", "label"),
        "data: " + header + " has no rows after its header");
  }

  @Test
  void wrongColumnsNameTheNearest() throws Exception {
    Path file = write("train.tsv", "text\tlabel\nx\t1\n");
    refused(
        () -> Dataset.csv(file, "txt", "label"),
        "data: " + file + " has no column 'txt'; columns are text, label; did you mean 'text'?");
  }

  @Test
  void otherEncodingsAndBinaryFiles() throws Exception {
    Path latin = folder.resolve("latin.csv");
    Files.write(latin, "text,label\nfine,1\ncafé,0\n".getBytes(StandardCharsets.ISO_8859_1));
    refused(
        () -> Dataset.csv(latin, "text", "label"),
        "data: "
            + latin
            + " is not UTF-8: line 3 has the byte 0xE9 where no character has it; convert it, for"
            + " example with iconv -f latin1 -t utf-8");
    Path wide = folder.resolve("wide.csv");
    Files.write(wide, "\ufefftext,label\nfine,1\n".getBytes(StandardCharsets.UTF_16LE));
    refused(
        () -> Dataset.csv(wide, "text", "label"),
        "data: "
            + wide
            + " is not UTF-8: line 1 has the byte 0xFF where no character has it; convert it, for"
            + " example with iconv -f utf-16 -t utf-8");
    Path nul = write("nul.csv", "text,label\nfi\u0000ne,1\n");
    refused(
        () -> Dataset.csv(nul, "text", "label"),
        "data: "
            + nul
            + " has a NUL byte in line 2; is it text? Remove such bytes, or convert it from UTF-16");
  }

  @Test
  void brokenRows() throws Exception {
    Path ragged = write("ragged.csv", "text,label\nx,1\na,b,c\n");
    refused(
        () -> Dataset.csv(ragged, "text", "label"),
        "data: " + ragged + ":3 has 3 fields, expected 2; is a delimiter or a quote missing?");
    Path blank = write("blank.csv", "text,label\nx,1\n ,0\n");
    refused(
        () -> Dataset.csv(blank, "text", "label"),
        "data: " + blank + " row 2 has no text in 'text'; remove the row");
    Path unlabelled = write("unlabelled.csv", "text,label\nx,1\ny,\n");
    refused(
        () -> Dataset.csv(unlabelled, "text", "label"),
        "data: " + unlabelled + " row 2 has no label in 'label'");
    Path word = write("word.csv", "text,label\nx,1\ny,high\n");
    DataSource score = DataSource.of(word.toString(), "text").withScore("label");
    refused(
        () -> Dataset.read(score),
        "data: " + word + " row 2 has 'high' in 'label', expected a finite number");
    Path odd = write("odd.dat", "x");
    refused(
        () -> Dataset.csv(odd, "text", "label"),
        "data: "
            + odd
            + ": the ending does not say how it is written; add 'format:' with one of [csv, tsv,"
            + " jsonl, parquet, label-first]");
  }

  @Test
  void labelsTheModelDoesNotKnow() throws Exception {
    Path file = write("a.csv", "text,label\nx,bad\ny,good\nz,good\n");
    DataSource source = source(file, DataSource.Format.CSV);
    refused(
        () -> Dataset.read(source, Labels.of(List.of("bad", "fine"))),
        "data: the model does not know the label 'good' (2 rows, first "
            + file
            + " row 2); it knows bad, fine; rename labels with 'labels:', or train a model on them");
    refused(
        () -> Dataset.read(source).alignedTo(Labels.of(List.of("LABEL_0", "LABEL_1"))),
        "data: the model does not know the labels 'bad' (1 row, first row 1), 'good' (2 rows, first"
            + " row 2); it knows LABEL_0, LABEL_1; rename labels with 'labels:', or train a model on"
            + " them");
    refused(
        () -> Labels.of(List.of("good")).alignTo(Labels.of(List.of("bad", "fine"))),
        "data: labels good are in the data but not among the model's: bad, fine; rename them with"
            + " 'labels:' or train a model on them");
    Dataset aligned = Dataset.read(source, Labels.of(List.of("good", "other", "bad")));
    assertThat(aligned.get(0).target()).isEqualTo(new Target.Single(2));
    assertThat(aligned.get(1).target()).isEqualTo(new Target.Single(0));
    assertThat(aligned.labelCounts()).isEqualTo(Map.of("good", 2, "other", 0, "bad", 1));
  }

  @Test
  void dataNothingCanBeLearnedFrom() throws Exception {
    Path file = write("same.csv", "text,label\nx,1\ny,1\n");
    refused(
        () -> Dataset.csv(file, "text", "label").forTraining(),
        "data: "
            + file
            + " has the one label '1' in all 2 rows; a classifier needs at least two labels");
    refused(
        () -> Dataset.read(DataSource.of(file.toString(), "text")).forTraining(),
        "data: " + file + " has nothing to learn: name its 'label:' or 'score:' column");
    refused(
        () -> Dataset.csv(file, "text", "label").take(1).forTraining(),
        "data: " + file + " has 1 row, training needs at least 2");
    refused(
        () -> Dataset.csv(file, "text", "label").take(1).split(0.5, 1),
        "data: " + file + " has 1 row, too few to split into train and validation");
  }

  @Test
  void severalLabelsNeedOne() throws Exception {
    Path file = write("multi.csv", "text,label\nx,\ny,\n");
    DataSource source = source(file, DataSource.Format.CSV).withSeparator(";");
    refused(() -> Dataset.read(source).forTraining(), "data: " + file + " has no row with a label");
    Path list = write("list.csv", "text,label\nx,\"[a\"\n");
    refused(
        () -> Dataset.read(source(list, DataSource.Format.CSV).withSeparator(";")),
        "data: " + list + " row 1 has labels that begin with '[' but are no JSON list: [a");
  }

  @Test
  void missingFolders() {
    Path file = folder.resolve("no/such.csv");
    refused(
        () -> Dataset.csv(file, "text", "label"),
        "data: " + file + " does not exist; nor does its folder");
    refused(
        () -> Dataset.csv(folder.resolve("x.csv"), "text", "label"),
        "data: " + folder.resolve("x.csv") + " does not exist; its folder is empty");
  }

  @Test
  void profileCountsLengthsAndDuplicates() throws Exception {
    Path file = write("p.csv", "text,label\naa,1\nb,0\naa,1\nb,1\ncccc,10\n");
    DatasetProfile profile = Dataset.csv(file, "text", "label").profile();
    assertThat(profile)
        .hasToString(
            """
            5 rows
            labels: 0 1, 1 3, 10 1
            characters: least 1, quartiles 1 2 2, 95 % 4, most 4
            duplicate texts: 2, with another target: 1""");
    assertThat(Dataset.of("none", List.of(), Labels.of(List.of())).profile())
        .hasToString("0 rows\nduplicate texts: 0, with another target: 0");
  }
}
