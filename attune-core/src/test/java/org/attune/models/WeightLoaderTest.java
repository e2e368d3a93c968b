package org.attune.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.attune.AttuneException;
import org.attune.checkpoint.Checkpoint;
import org.attune.checkpoint.ConfigJson;
import org.attune.checkpoint.SafetensorsWriter;
import org.attune.checkpoint.Weights;
import org.attune.tensor.Tensor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checkpoints that do not fit their config.json; those that fit are in FamilyParityTest. */
class WeightLoaderTest {
  private static final String KEY = "encoder.layer.0.attention.self.key.bias";

  @TempDir Path folder;
  private ConfigJson config;
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();

  @BeforeEach
  void readTheGoldenModel() throws URISyntaxException {
    Path golden = Path.of(getClass().getResource("/golden/bert/model").toURI());
    config = ConfigJson.read(golden.resolve("config.json"));
    try (Weights weights = Weights.open(golden)) {
      weights.names().forEach(name -> tensors.put(name, weights.load(name)));
    }
  }

  private void refused(String message) {
    config.write(folder.resolve("config.json"));
    SafetensorsWriter.write(
        folder.resolve("model.safetensors"), tensors, SafetensorsWriter.PYTORCH);
    try (Checkpoint checkpoint = Checkpoint.open(folder.toString())) {
      assertThatThrownBy(() -> Pretrained.load(checkpoint))
          .isInstanceOf(AttuneException.class)
          .hasMessage(message);
    }
  }

  @Test
  void everyTensorOfAnotherShapeIsCounted() {
    config = config.with("vocab_size", 7).with("max_position_embeddings", 9);
    long vocabulary = tensors.get("embeddings.word_embeddings.weight").size(0);
    long width = tensors.get("embeddings.word_embeddings.weight").size(1);
    assertThat(vocabulary).isNotEqualTo(7);
    refused(
        String.format(
            "checkpoint: embeddings.word_embeddings.weight is [%d, %d], model expects [7, %d] and 1"
                + " more; do config.json and the weights belong to the same model?",
            vocabulary, width, width));
  }

  @Test
  void aMisspeltTensorIsMissingAndUnexpected() {
    tensors.put(KEY.replace("key", "keys"), tensors.remove(KEY));
    refused(
        String.format(
            "checkpoint: %s lacks %s (did you mean '%s'?); %s has no use in this model for %s; do"
                + " config.json and the weights belong to the same model?",
            folder, KEY, KEY.replace("key", "keys"), folder, KEY.replace("key", "keys")));
  }
}
