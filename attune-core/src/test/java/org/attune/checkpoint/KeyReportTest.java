package org.attune.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.IntStream;
import org.attune.AttuneException;
import org.attune.checkpoint.KeyReport.MisShaped;
import org.attune.tensor.Shape;
import org.junit.jupiter.api.Test;

class KeyReportTest {
  private static final String SAME_MODEL =
      "do config.json and the weights belong to the same model?";

  private static void refused(KeyReport report, String message) {
    assertThat(report.fits()).isFalse();
    assertThatThrownBy(() -> report.requireFit("out/model", "bert"))
        .isInstanceOf(AttuneException.class)
        .hasMessage("checkpoint: " + message);
  }

  @Test
  void whatFitsIsNotRefused() {
    KeyReport report = new KeyReport(List.of(), List.of(), List.of());
    assertThat(report.fits()).isTrue();
    assertThatCode(() -> report.requireFit("out/model", "bert")).doesNotThrowAnyException();
  }

  @Test
  void aBaseModelInALargeConfig() {
    MisShaped query =
        new MisShaped(
            "encoder.layer.3.attention.self.query.weight",
            Shape.of(768, 768),
            Shape.of(1024, 1024));
    refused(
        new KeyReport(List.of(), List.of(), List.of(query)),
        "encoder.layer.3.attention.self.query.weight is [768, 768], model expects [1024, 1024]; is"
            + " this bert-base loaded into a bert-large config?");
    refused(
        new KeyReport(List.of(), List.of(), List.of(query, query, query)),
        "encoder.layer.3.attention.self.query.weight is [768, 768], model expects [1024, 1024] and 2"
            + " more; is this bert-base loaded into a bert-large config?");
  }

  @Test
  void anotherVocabulary() {
    refused(
        new KeyReport(
            List.of(),
            List.of(),
            List.of(new MisShaped("word.weight", Shape.of(28996, 768), Shape.of(30522, 768)))),
        "word.weight is [28996, 768], model expects [30522, 768]; " + SAME_MODEL);
    refused(
        new KeyReport(
            List.of(), List.of(), List.of(new MisShaped("scale", Shape.of(), Shape.of(1)))),
        "scale is [], model expects [1]; " + SAME_MODEL);
  }

  @Test
  void aNameWrittenDifferentlyIsSuggested() {
    refused(
        new KeyReport(
            List.of("pooler.dense.weight", "encoder.layer.0.output.dense.bias"),
            List.of("pooler.dence.weight"),
            List.of()),
        "out/model lacks encoder.layer.0.output.dense.bias, pooler.dense.weight (did you mean"
            + " 'pooler.dence.weight'?); out/model has no use in this model for pooler.dence.weight; "
            + SAME_MODEL);
  }

  @Test
  void longListsAreCut() {
    List<String> names = IntStream.range(10, 30).mapToObj(i -> "layer." + i).toList();
    refused(
        new KeyReport(names, List.of(), List.of()),
        "out/model lacks layer.10, layer.11, layer.12, layer.13, layer.14, layer.15, layer.16,"
            + " layer.17 and 12 more; "
            + SAME_MODEL);
  }
}
