package org.attune.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.attune.AttuneException;
import org.attune.UsageException;
import org.attune.checkpoint.Checkpoint;
import org.attune.data.Dataset;
import org.attune.data.Example;
import org.attune.data.Labels;
import org.attune.data.Target;
import org.attune.models.KeptLayers;
import org.attune.models.Model;
import org.attune.models.Pretrained;
import org.attune.objective.StateMatching;
import org.attune.tensor.Scope;
import org.attune.tensor.Tensor;
import org.attune.testkit.Golden;
import org.attune.train.Encoded;
import org.attune.train.Precision;
import org.attune.train.Trainer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Distillation against torch, from reference/distillation_fixtures.py; the teacher's seed is 31.
 */
class DistillationTest {
  private static final Golden GOLDEN = Golden.read("distillation");

  @TempDir private Path folder;

  /** A folder of the fixture with the vocabulary that its texts are made of. */
  private String model(String name) throws IOException {
    Path copy = Files.createDirectories(folder.resolve(name));
    for (String file : List.of("config.json", "model.safetensors")) {
      Path to = copy.resolve(file);
      if (!Files.exists(to)) {
        Files.copy(GOLDEN.folder().resolve(name).resolve(file), to);
      }
    }
    List<String> words = new ArrayList<>(List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"));
    while (words.size() < 71) {
      words.add("w" + words.size());
    }
    Files.write(copy.resolve("vocab.txt"), words);
    return copy.toString();
  }

  private static Dataset data(String... labels) {
    List<Example> examples = new ArrayList<>();
    JsonNode texts = GOLDEN.values().get("texts");
    for (int row = 0; row < texts.size(); row++) {
      int label = GOLDEN.values().get("labels").get(row).asInt();
      examples.add(
          new Example(texts.get(row).asText(), Optional.empty(), new Target.Single(label)));
    }
    return Dataset.of("fixture", examples, Labels.of(List.of(labels)));
  }

  private static Dataset data() {
    return data("LABEL_0", "LABEL_1", "LABEL_2");
  }

  private static Distillation.Settings settings(String name) {
    JsonNode node = GOLDEN.values().get("settings").get(name);
    return new Distillation.Settings(
        node.get("temperature").asDouble(),
        node.get("alpha").asDouble(),
        node.get("hidden").asDouble(),
        StateMatching.valueOf(node.get("matching").asText().toUpperCase(Locale.ROOT)),
        node.get("attention").asDouble(),
        StreamSupport.stream(node.get("layers").spliterator(), false)
            .map(JsonNode::asInt)
            .toList());
  }

  @ParameterizedTest
  @ValueSource(strings = {"answers", "last", "layers"})
  void lossAndGradientsAreThoseOfTorch(String name) throws IOException {
    try (Checkpoint files = Checkpoint.open(model("student"));
        Teacher teacher = Teacher.open(model("teacher"), 36)) {
      TextClassification plain = TextClassification.of(files.tokenizer(), data().labels());
      try (Model student = plain.load(files)) {
        var task = Distillation.of(plain, teacher, data(), settings(name), folder);
        student.train(true);
        Encoded rows = task.encode(data());
        try (Scope scope = Scope.open()) {
          var batch = rows.batch(new int[] {0, 1, 2});
          Tensor loss = task.loss(student, batch).div(task.weight(batch));
          assertThat(loss.item())
              .isCloseTo(GOLDEN.values().get("losses").get(name).asDouble(), within(2e-6));
          loss.backward();
          GOLDEN
              .under(name + "/")
              .forEach(
                  (key, expected) ->
                      assertThat(
                              student
                                  .namedParameters()
                                  .get(key)
                                  .grad()
                                  .orElseThrow()
                                  .minus(expected)
                                  .abs()
                                  .max()
                                  .item())
                          .as(key)
                          .isLessThan(2e-6));
        }
      }
    }
  }

  @Test
  void theStudentIsSomeLayersOfTheTeacher() throws IOException {
    try (Checkpoint deep = Checkpoint.open(model("teacher"));
        Checkpoint shallow = Checkpoint.open(model("student"));
        Model teacher = Pretrained.load(deep).model();
        Model expected = Pretrained.load(shallow).model();
        Model student = KeptLayers.of(teacher, List.of(0, 2))) {
      assertThat(student.config().requiredInt("num_hidden_layers", 1, 9)).isEqualTo(2);
      assertThat(student.namedParameters().keySet()).isEqualTo(expected.namedParameters().keySet());
      expected
          .namedParameters()
          .forEach(
              (name, parameter) ->
                  assertThat(student.namedParameters().get(name).value().toFloats())
                      .as(name)
                      .isEqualTo(parameter.value().toFloats()));
      assertThatThrownBy(() -> KeptLayers.of(teacher, List.of(1, 4)))
          .isInstanceOf(UsageException.class)
          .hasMessage("models: layers are [1, 4], the model has 4, numbered 0 to 3");
      assertThatThrownBy(() -> KeptLayers.of(teacher, List.of(2, 1)))
          .isInstanceOf(UsageException.class)
          .hasMessageContaining("expected numbers that rise");
    }
  }

  @Test
  void logitsAreKeptByTeacherAndRowsAndInTheStudentsOrder() throws IOException {
    Path cache = folder.resolve("cache");
    try (Checkpoint files = Checkpoint.open(model("student"));
        Teacher teacher = Teacher.open(model("teacher"), 36)) {
      TextClassification turned =
          TextClassification.of(
              files.tokenizer(), Labels.of(List.of("LABEL_2", "LABEL_0", "LABEL_1")));
      float[][] first = teacher.logits(data(), turned, cache);
      float[] expected = GOLDEN.tensor("teacher_logits").toFloats();
      for (int row = 0; row < 3; row++) {
        assertThat(first[row])
            .containsExactly(
                new float[] {expected[row * 3 + 2], expected[row * 3], expected[row * 3 + 1]},
                within(2e-5f));
      }
      List<Path> kept = files(cache);
      assertThat(kept).hasSize(1);
      long written = Files.getLastModifiedTime(kept.get(0)).toMillis();
      assertThat(teacher.logits(data(), turned, cache)).isDeepEqualTo(first);
      assertThat(Files.getLastModifiedTime(kept.get(0)).toMillis()).isEqualTo(written);
      teacher.logits(data().take(2), turned, cache);
      assertThat(files(cache)).hasSize(2);
    }
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }

  @Test
  void aTeacherWithoutOneOfTheLabelsIsRefused() throws IOException {
    try (Checkpoint files = Checkpoint.open(model("student"));
        Teacher teacher = Teacher.open(model("teacher"), 36)) {
      Dataset other = data("LABEL_0", "LABEL_1", "spam");
      TextClassification task = TextClassification.of(files.tokenizer(), other.labels());
      assertThatThrownBy(() -> Distillation.of(task, teacher, other, settings("answers"), folder))
          .isInstanceOf(AttuneException.class)
          .hasMessageContaining("does not know the labels [spam]");
    }
  }

  @Test
  void layersThatDoNotFitAreRefusedWithThoseThatWould() throws IOException {
    try (Checkpoint files = Checkpoint.open(model("student"));
        Teacher teacher = Teacher.open(model("teacher"), 36)) {
      TextClassification plain = TextClassification.of(files.tokenizer(), data().labels());
      var wrong = new Distillation.Settings(1, 0.5, 1, StateMatching.MSE, 0, List.of(0, 1, 2));
      try (Model student = plain.load(files)) {
        var task = Distillation.of(plain, teacher, data(), wrong, folder);
        assertThatThrownBy(
                () -> Trainer.of(student, task).precision(Precision.FP32).epochs(1).fit(data()))
            .isInstanceOf(UsageException.class)
            .hasMessage(
                "distillation: layers are [0, 1, 2], expected one of the teacher's layers 0 to 3"
                    + " for each of the student's 2, such as [1, 3]");
      }
    }
  }

  @Test
  void settingsAreChecked() {
    assertThatThrownBy(() -> new Distillation.Settings(0, 1, 0, StateMatching.MSE, 0, List.of()))
        .isInstanceOf(UsageException.class)
        .hasMessage("distillation: temperature is 0.0, expected a number above 0");
    assertThatThrownBy(() -> new Distillation.Settings(1, 0, 0, StateMatching.MSE, 0, List.of()))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("the teacher has no say");
    assertThat(Distillation.even(3, 6)).containsExactly(1, 3, 5);
    assertThat(Distillation.even(4, 12)).containsExactly(2, 5, 8, 11);
  }
}
