package org.attune.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real files, with the counts their source states. */
@Tag("live")
class DatasetLiveTest {
  private Path data;

  /** Before each test: what is skipped for a whole class, Surefire counts as no test at all. */
  @BeforeEach
  void findData() {
    String shared = System.getenv("ATTUNE_SHARED");
    assumeTrue(shared != null, "ATTUNE_SHARED is not set: no real data to read");
    data = Path.of(shared, "data");
  }

  private DataSource source(String file, String text) {
    return DataSource.of(data.resolve(file).toString(), text);
  }

  private Dataset labelFirst(String file) {
    return Dataset.read(source(file, "text").withFormat(DataSource.Format.LABEL_FIRST));
  }

  @Test
  void sst2() {
    assertThat(Dataset.read(source("sst2/glue_train.tsv", "sentence").withLabel("label")))
        .returns(60_614, Dataset::size)
        .returns(Map.of("0", 26_786, "1", 33_828), Dataset::labelCounts);
    assertThat(Dataset.read(source("sst2/glue_dev.tsv", "sentence").withLabel("label")))
        .returns(6_735, Dataset::size)
        .returns(Map.of("0", 2_994, "1", 3_741), Dataset::labelCounts);
    assertThat(labelFirst("sst2/stsa.binary.train").labelCounts())
        .isEqualTo(Map.of("0", 3_310, "1", 3_610));
    assertThat(labelFirst("sst2/stsa.binary.dev").labelCounts())
        .isEqualTo(Map.of("0", 428, "1", 444));
    assertThat(labelFirst("sst2/stsa.binary.test").labelCounts())
        .isEqualTo(Map.of("0", 912, "1", 909));
  }

  @Test
  void banking77() {
    Dataset train = Dataset.read(source("banking77/train.csv", "text").withLabel("category"));
    assertThat(train.size()).isEqualTo(10_003);
    assertThat(train.labels().size()).isEqualTo(77);
    assertThat(train.labelCounts())
        .containsEntry("card_payment_fee_charged", 187)
        .containsEntry("request_refund", 169);
    Dataset test =
        Dataset.read(source("banking77/test.csv", "text").withLabel("category"), train.labels());
    assertThat(test.size()).isEqualTo(3_080);
    assertThat(test.labels()).isEqualTo(train.labels());
    assertThat(test.labelCounts().values()).containsOnly(40);
  }

  @Test
  void stsb() {
    Map<String, Integer> rows = Map.of("train", 5_749, "dev", 1_500, "test", 1_379);
    Map<String, Double> means = Map.of("train", 2.701, "dev", 2.364, "test", 2.608);
    rows.forEach(
        (part, count) -> {
          Dataset pairs =
              Dataset.read(
                  source("stsb/stsb-en-" + part + ".csv", "a")
                      .withPair("b")
                      .withScore("score")
                      .withColumns(List.of("a", "b", "score")));
          assertThat(pairs.size()).isEqualTo(count);
          assertThat(pairs.hasPairs()).isTrue();
          double mean =
              pairs.examples().stream()
                  .mapToDouble(example -> ((Target.Score) example.target()).value())
                  .average()
                  .orElseThrow();
          assertThat(mean).isCloseTo(means.get(part), within(0.0005));
        });
  }

  @Test
  void mrpc() {
    DataSource train =
        source("mrpc/msr_paraphrase_train.txt", "#1 String")
            .withPair("#2 String")
            .withLabel("Quality")
            .withFormat(DataSource.Format.TSV);
    assertThat(Dataset.read(train).labelCounts()).isEqualTo(Map.of("0", 1_323, "1", 2_753));
    DataSource test =
        source("mrpc/msr_paraphrase_test.txt", "#1 String")
            .withPair("#2 String")
            .withLabel("Quality")
            .withFormat(DataSource.Format.TSV);
    assertThat(Dataset.read(test).labelCounts()).isEqualTo(Map.of("0", 578, "1", 1_147));
  }

  @Test
  void trec(@TempDir Path folder) throws Exception {
    assertThat(coarse(labelFirst("trec/test.txt")))
        .isEqualTo(Map.of("DESC", 138, "NUM", 113, "ENTY", 94, "LOC", 81, "HUM", 65, "ABBR", 9));
    assertThatThrownBy(() -> labelFirst("trec/train.txt"))
        .hasMessage(
            "data: "
                + data.resolve("trec/train.txt")
                + " is not UTF-8: line 66 has the byte 0xF0 where no character has it; convert it,"
                + " for example with iconv -f latin1 -t utf-8");
    String text = Files.readString(data.resolve("trec/train.txt"), StandardCharsets.ISO_8859_1);
    Path converted = Files.writeString(folder.resolve("train.txt"), text);
    Dataset train =
        Dataset.read(
            DataSource.of(converted.toString(), "text").withFormat(DataSource.Format.LABEL_FIRST));
    assertThat(train.size()).isEqualTo(5_452);
    assertThat(train.labels().size()).isEqualTo(50);
    assertThat(coarse(train))
        .isEqualTo(
            Map.of("ENTY", 1250, "HUM", 1223, "DESC", 1162, "NUM", 896, "LOC", 835, "ABBR", 86));
  }

  private static Map<String, Integer> coarse(Dataset questions) {
    Map<String, Integer> counts = new TreeMap<>();
    questions
        .labelCounts()
        .forEach((label, count) -> counts.merge(label.split(":", 2)[0], count, Integer::sum));
    return counts;
  }
}
