package org.attune.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.attune.AttuneException;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WeightsWriterTest {
  @TempDir Path folder;

  /** a: 8 bytes, b: 12, c: 40, d: 4. */
  private static Map<String, Tensor> tensors() {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("a", Tensors.ofFloats(new float[] {1, 2}, 2));
    tensors.put("b", Tensors.ofFloats(new float[] {3, 4, 5}, 3));
    tensors.put("c", Tensors.ofFloats(new float[10], 10));
    tensors.put("d", Tensors.ofFloats(new float[] {6}, 1));
    return tensors;
  }

  private List<String> files() throws Exception {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void belowTheLimitOneFile() throws Exception {
    WeightsWriter.write(folder, tensors());
    assertThat(files()).containsExactly("model.safetensors");
  }

  /** The reference cuts [8, 12, 40, 4] at 20 bytes into the large one, then [8, 12], then [4]. */
  @Test
  void shardsAreCutAsTheReferenceCutsThem() {
    assertThat(WeightsWriter.cut(tensors(), 20).stream().map(Map::keySet).map(List::copyOf))
        .containsExactly(List.of("c"), List.of("a", "b"), List.of("d"));
    assertThat(WeightsWriter.cut(tensors(), 24).stream().map(Map::keySet).map(List::copyOf))
        .containsExactly(List.of("c"), List.of("a", "b", "d"));
  }

  @Test
  void shardsAndIndexComeBack() throws Exception {
    WeightsWriter.write(folder, tensors(), 24);
    assertThat(files())
        .containsExactly(
            "model-00001-of-00002.safetensors",
            "model-00002-of-00002.safetensors",
            "model.safetensors.index.json");
    assertThat(folder.resolve("model.safetensors.index.json"))
        .hasContent(
            """
            {
              "metadata": {
                "total_parameters": 16,
                "total_size": 64
              },
              "weight_map": {
                "a": "model-00002-of-00002.safetensors",
                "b": "model-00002-of-00002.safetensors",
                "c": "model-00001-of-00002.safetensors",
                "d": "model-00002-of-00002.safetensors"
              }
            }
            """);
    try (Weights weights = Weights.open(folder)) {
      assertThat(weights.names()).containsExactlyInAnyOrder("a", "b", "c", "d");
      assertThat(weights.load("b").toFloats()).containsExactly(3, 4, 5);
    }
  }

  @Test
  void weightsOfAnEarlierModelDoNotStay() throws Exception {
    Files.writeString(folder.resolve("notes.safetensors"), "the user's own");
    WeightsWriter.write(folder, tensors(), 24);
    WeightsWriter.write(folder, tensors());
    assertThat(files()).containsExactly("model.safetensors", "notes.safetensors");
    WeightsWriter.write(folder, tensors(), 24);
    assertThat(files())
        .containsExactly(
            "model-00001-of-00002.safetensors",
            "model-00002-of-00002.safetensors",
            "model.safetensors.index.json",
            "notes.safetensors");
  }

  @Test
  void damagedIndexes() throws Exception {
    Path index = folder.resolve("model.safetensors.index.json");
    refused(
        Files.writeString(index, "{\"weight_map\": {\"a\": \"x\", \"a\": \"y\"}}"),
        " is not valid JSON at line 1: Duplicate field 'a'");
    refused(Files.writeString(index, "{\"weight_map\": {}}"), " has no weight_map");
    refused(Files.writeString(index, "[]"), " is not a JSON object");
    refused(
        Files.writeString(index, "{\"weight_map\": {\"a\": 3}}"),
        " gives 3 as the file of 'a', expected a string");
  }

  private void refused(Path index, String reason) {
    assertThatThrownBy(() -> Weights.open(folder))
        .isInstanceOf(AttuneException.class)
        .hasMessage("checkpoint: " + index + reason);
  }
}
