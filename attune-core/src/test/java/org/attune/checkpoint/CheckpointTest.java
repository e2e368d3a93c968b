package org.attune.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.attune.AttuneException;
import org.attune.tensor.DType;
import org.attune.tensor.Shape;
import org.attune.tensor.Tensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointTest {
  @TempDir Path folder;

  private static void refused(Runnable open, String message) {
    assertThatThrownBy(open::run).isInstanceOf(AttuneException.class).hasMessage(message);
  }

  @Test
  void theBuiltInModelIsABert() {
    try (Checkpoint checkpoint = Checkpoint.open("builtin:all-minilm-l6-v2")) {
      assertThat(checkpoint.config().requiredString("model_type")).isEqualTo("bert");
      Weights weights = checkpoint.weights();
      assertThat(weights.names()).hasSize(103);
      assertThat(weights.shape("embeddings.word_embeddings.weight"))
          .isEqualTo(Shape.of(30522, 384));
      assertThat(weights.shape("encoder.layer.5.intermediate.dense.weight"))
          .isEqualTo(Shape.of(1536, 384));

      assertThat(checkpoint.tokenizer().vocabularySize()).isEqualTo(30522);
    }
  }

  @Test
  void namesThatAreNoCheckpoint() throws Exception {
    refused(
        () -> Checkpoint.open("builtin:bert"),
        "checkpoint: there is no built-in model 'builtin:bert'; there is builtin:all-minilm-l6-v2");
    Path file = Files.writeString(folder.resolve("model.safetensors"), "x");
    refused(
        () -> Checkpoint.open(file.toString()),
        "checkpoint: "
            + file
            + " is a file, expected the folder it lies in, with config.json, or a .gguf file or a model of llama2.c");
    refused(
        () -> Checkpoint.open(folder.toString()),
        "checkpoint: " + folder + " has no config.json; is it the folder of a model?");
    for (String gone : List.of("gone", "gone/a/b", "./gone/a", folder + "/gone")) {
      refused(
          () -> Checkpoint.open(gone),
          "checkpoint: there is no folder "
              + gone
              + "; name one with config.json and model.safetensors, a hub's owner/name, or"
              + " builtin:all-minilm-l6-v2");
    }
  }

  @Test
  void aMisspeltFolderIsSuggested() throws Exception {
    Files.createDirectories(folder.resolve("reviews-model"));
    refused(
        () -> Checkpoint.open(folder.resolve("review-model").toString()),
        "checkpoint: there is no folder "
            + folder.resolve("review-model")
            + "; did you mean 'reviews-model'?");
  }

  @Test
  void aTensorThatIsNotThere() {
    SafetensorsWriter.write(
        folder.resolve("model.safetensors"),
        Map.of("pooler.weight", Tensors.ones(Shape.of(2), DType.F32)),
        Map.of());
    try (Weights weights = Weights.open(folder)) {
      refused(
          () -> weights.load("poller.weight"),
          "checkpoint: there is no tensor 'poller.weight'; did you mean 'pooler.weight'?");
    }
  }

  @Test
  void foldersWithoutWeights() throws Exception {
    Files.writeString(folder.resolve("config.json"), "{}");
    Files.writeString(folder.resolve("pytorch_model.bin"), "PK");
    refused(
        () -> Checkpoint.open(folder.toString()).weights(),
        "checkpoint: no weights in "
            + folder
            + ": looked for model.safetensors and model.safetensors.index.json; pytorch_model.bin are"
            + " pickles, which can run code when loaded and are never opened: convert them with"
            + " transformers' save_pretrained");
  }

  @Test
  void shardsAreReadThroughTheirIndex() throws Exception {
    SafetensorsWriter.write(
        folder.resolve("model-00001-of-00002.safetensors"),
        Map.of("a", Tensors.ones(Shape.of(2), DType.F32)),
        Map.of());
    SafetensorsWriter.write(
        folder.resolve("model-00002-of-00002.safetensors"),
        Map.of("b", Tensors.zeros(Shape.of(3), DType.F32)),
        Map.of());
    Path index = folder.resolve("model.safetensors.index.json");
    Files.writeString(
        index,
        "{\"weight_map\": {\"a\": \"model-00001-of-00002.safetensors\", \"b\":"
            + " \"model-00002-of-00002.safetensors\"}}");
    try (Weights weights = Weights.open(folder)) {
      assertThat(weights.names()).containsExactly("a", "b");
      assertThat(weights.load("b").shape()).isEqualTo(Shape.of(3));
      assertThat(weights.files()).hasSize(2);
    }
    Files.writeString(index, "{\"weight_map\": {\"a\": \"../../etc/passwd\"}}");
    refused(
        () -> Weights.open(folder),
        "checkpoint: model.safetensors.index.json names the file '../../etc/passwd', expected a plain"
            + " .safetensors name");
    Files.writeString(index, "{\"weight_map\": {\"a\": \"gone.safetensors\"}}");
    refused(
        () -> Weights.open(folder),
        "checkpoint: model.safetensors.index.json names gone.safetensors, which is not in "
            + folder);
    Files.writeString(index, "{\"weight_map\": {\"c\": \"model-00001-of-00002.safetensors\"}}");
    refused(
        () -> Weights.open(folder),
        "checkpoint: model.safetensors.index.json says 'c' is in model-00001-of-00002.safetensors, but"
            + " it is not");
  }

  @Test
  void configsAreCheckedKeyByKey() {
    ConfigJson config =
        ConfigJson.parse(
            "{\"a\": 0, \"b\": -1, \"c\": 99999999999, \"d\": \"x\", \"e\": null, \"f\": 1.5}");
    refused(
        () -> config.requiredInt("a", 1, 10),
        "config: a is 0, expected a whole number from 1 to 10 [config.json]");
    refused(
        () -> config.requiredInt("b", 1, 10),
        "config: b is -1, expected a whole number from 1 to 10 [config.json]");
    refused(
        () -> config.requiredInt("c", 1, 10),
        "config: c is 99999999999, expected a whole number from 1 to 10 [config.json]");
    refused(
        () -> config.requiredInt("d", 1, 10),
        "config: d is \"x\", expected a whole number from 1 to 10 [config.json]");
    refused(
        () -> config.requiredInt("e", 1, 10),
        "config: e is missing, expected a whole number from 1 to 10 [config.json]");
    refused(
        () -> config.requiredInt("f", 1, 10),
        "config: f is 1.5, expected a whole number from 1 to 10 [config.json]");
    assertThat(config.optionalDouble("f", 0, 2)).hasValue(1.5);
    refused(
        () -> ConfigJson.parse("{\"architectures\": [1]}").strings("architectures"),
        "config: architectures is [1], expected a list of strings [config.json]");
    refused(
        () -> ConfigJson.parse("{\"a\": 1, \"a\": 2}"),
        "config: config.json is not valid JSON at line 1: Duplicate field 'a'");
    refused(() -> ConfigJson.parse("[]"), "config: config.json is not a JSON object");
  }

  @Test
  void configsKeepUnknownKeysAndAreWrittenAsTransformersDoes() {
    ConfigJson config =
        ConfigJson.parse("{\"zebra\": [1, 2], \"model_type\": \"bert\"}")
            .withLabels(List.of("no", "yes"));
    assertThat(config.labels()).containsExactly("no", "yes");
    assertThat(config.toJson())
        .isEqualTo(
            """
            {
              "id2label": {
                "0": "no",
                "1": "yes"
              },
              "label2id": {
                "no": 0,
                "yes": 1
              },
              "model_type": "bert",
              "zebra": [
                1,
                2
              ]
            }
            """);
    assertThat(ConfigJson.parse("{\"num_labels\": 3}").labels())
        .containsExactly("LABEL_0", "LABEL_1", "LABEL_2");
  }
}
