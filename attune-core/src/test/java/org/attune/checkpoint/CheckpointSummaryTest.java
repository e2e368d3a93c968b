package org.attune.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.attune.tensor.DType;
import org.attune.tensor.Shape;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointSummaryTest {
  private static final String EMBEDDINGS = "bert.embeddings.word_embeddings.weight";

  @TempDir Path folder;

  private CheckpointSummary summary(String config, Map<String, Tensor> tensors) throws Exception {
    Files.writeString(folder.resolve("config.json"), config);
    WeightsWriter.write(folder, tensors);
    try (Checkpoint checkpoint = Checkpoint.open(folder.toString())) {
      return CheckpointSummary.of(checkpoint);
    }
  }

  @Test
  void countsWhatTheHeadersSay() throws Exception {
    CheckpointSummary summary =
        summary(
            "{\"model_type\": \"bert\", \"architectures\": [\"BertForSequenceClassification\"],"
                + " \"id2label\": {\"0\": \"no\", \"1\": \"yes\"}}",
            Map.of(
                EMBEDDINGS,
                Tensors.zeros(Shape.of(4, 3), DType.F32),
                "steps",
                Tensors.zeros(Shape.of(2), DType.I64)));
    assertThat(summary.name()).isEqualTo(folder.toString());
    assertThat(summary.modelType()).isEqualTo("bert");
    assertThat(summary.architectures()).containsExactly("BertForSequenceClassification");
    assertThat(summary.labels()).containsExactly("no", "yes");
    assertThat(summary.parameters()).isEqualTo(14);
    assertThat(summary.bytes()).isEqualTo(64);
    assertThat(summary.bytesByType()).isEqualTo(Map.of(DType.F32, 48L, DType.I64, 16L));
    assertThat(summary.tiedTo()).isEmpty();
  }

  @Test
  void tiedOutputLayersAreNamed() throws Exception {
    String config = "{\"model_type\": \"bert\", \"architectures\": [\"BertForMaskedLM\"]}";
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put(EMBEDDINGS, Tensors.zeros(Shape.of(4, 3), DType.F32));
    assertThat(summary(config, tensors).tiedTo()).contains(EMBEDDINGS);
    assertThat(summary(config, tensors).labels()).isEqualTo(List.of());
    tensors.put("cls.predictions.decoder.weight", Tensors.zeros(Shape.of(4, 3), DType.F32));
    assertThat(summary(config, tensors).tiedTo()).isEmpty();
  }
}
