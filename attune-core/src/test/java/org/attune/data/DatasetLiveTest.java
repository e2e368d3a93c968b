package org.attune.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The real files, with the counts their source states. */
@Tag("live")
class DatasetLiveTest {
  private static String path(String name) {
    String shared = System.getenv("ATTUNE_SHARED");
    assumeTrue(shared != null, "ATTUNE_SHARED is not set: no real data to read");
    return Path.of(shared, "data", name).toString();
  }

  private static DataSource source(
      String path, String text, String pair, String label, String score, List<String> columns) {
    return new DataSource(
        path,
        text,
        Optional.ofNullable(pair),
        Optional.ofNullable(label),
        Optional.empty(),
        Optional.ofNullable(score),
        path.contains("stsa")
            ? Optional.of(DataSource.Format.LABEL_FIRST)
            : path.contains("mrpc") ? Optional.of(DataSource.Format.TSV) : Optional.empty(),
        columns,
        Map.of(),
        OptionalInt.empty(),
        Optional.empty());
  }

  @Test
  void sst2() {
    Dataset glue =
        Dataset.read(
            source(path("sst2/glue_train.tsv"), "sentence", null, "label", null, List.of()));
    assertThat(glue.size()).isEqualTo(60_614);
    assertThat(glue.labelCounts()).isEqualTo(Map.of("0", 26_786, "1", 33_828));
    Dataset plain =
        Dataset.read(source(path("sst2/stsa.binary.train"), "text", null, null, null, List.of()));
    assertThat(plain.size()).isEqualTo(6_920);
    assertThat(plain.labelCounts()).isEqualTo(Map.of("0", 3_310, "1", 3_610));
  }

  @Test
  void banking77() {
    Dataset data =
        Dataset.read(
            source(path("banking77/train.csv"), "text", null, "category", null, List.of()));
    assertThat(data.size()).isEqualTo(10_003);
    assertThat(data.labels().size()).isEqualTo(77);
    assertThat(data.labelCounts()).containsEntry("card_payment_fee_charged", 187);
  }

  @Test
  void pairs() {
    Dataset stsb =
        Dataset.read(
            source(
                path("stsb/stsb-en-train.csv"),
                "a",
                "b",
                null,
                "score",
                List.of("a", "b", "score")));
    assertThat(stsb.size()).isEqualTo(5_749);
    Dataset mrpc =
        Dataset.read(
            source(
                path("mrpc/msr_paraphrase_test.txt"),
                "#1 String",
                "#2 String",
                "Quality",
                null,
                List.of()));
    assertThat(mrpc.labels().names()).containsExactly("0", "1");
    assertThat(mrpc.size()).isEqualTo(1_725);
  }
}
