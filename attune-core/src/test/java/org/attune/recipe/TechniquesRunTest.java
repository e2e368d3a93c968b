package org.attune.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.attune.UsageException;
import org.attune.checkpoint.Checkpoint;
import org.attune.task.Predictor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole runs of recipes, on a tiny random BERT and made-up rows; seeds 7 and 42. */
class TechniquesRunTest {
  private static final Path GOLDEN =
      Path.of("src/test/resources/golden/bert/sequence_classification");

  @TempDir private Path folder;
  private Path model;

  @BeforeEach
  void files() throws IOException {
    model = Files.createDirectories(folder.resolve("base"));
    for (String name : List.of("config.json", "model.safetensors")) {
      Files.copy(GOLDEN.resolve(name), model.resolve(name));
    }
    List<String> words = new ArrayList<>(List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"));
    while (words.size() < 71) {
      words.add("w" + words.size());
    }
    Files.write(model.resolve("vocab.txt"), words);
    rows("two.csv", 60, "even", "odd");
    rows("three.csv", 45, "zero", "one", "two");
    Files.writeString(
        folder.resolve("lines.csv"), "question,answer\nw6 w7,w8\nw9 w10,w11\nw12 w13,w14\n");
  }

  /** The label is the first word's number modulo the labels; how hard a row is is its last's. */
  private void rows(String name, int count, String... labels) throws IOException {
    var random = new Random(7);
    StringBuilder csv = new StringBuilder("text,label,hard\n");
    for (int row = 0; row < count; row++) {
      int first = 5 + random.nextInt(66);
      int last = 5 + random.nextInt(66);
      csv.append("w" + first + " w" + (5 + row) + " w" + last)
          .append("," + labels[first % labels.length] + "," + last + ".5\n");
    }
    Files.writeString(folder.resolve(name), csv);
  }

  private Path recipe(String yaml) throws IOException {
    return Files.writeString(
        folder.resolve("recipe.yaml"), yaml.replace("FOLDER", folder.toString()));
  }

  private static final String CLASSIFY =
      """
      task: text-classification
      model: { checkpoint: FOLDER/base, precision: fp32 }
      data:
        train: { path: FOLDER/two.csv, text: text, label: label }
        validation: 0.2
        max_length: 16
      train: { epochs: 2, batch_size: 8 }
      optimizer: { adamw: { lr: 5.0e-3 } }
      output: FOLDER/teacher
      """;

  private JsonNode json(String file) throws IOException {
    return new ObjectMapper().readTree(folder.resolve(file).toFile());
  }

  // ---- distillation

  private static final String DISTILLATION =
      "train.techniques.distillation={ teacher: FOLDER/teacher, hidden: 0.5, attention: 0.1,"
          + " matching: mse, layers: [1] }";

  private Job student(String output, String... more) throws IOException {
    List<String> sets = new ArrayList<>();
    sets.add("model={ checkpoint: FOLDER/teacher, layers: [1], precision: fp32 }");
    sets.add(DISTILLATION);
    sets.add("output=FOLDER/" + output);
    sets.addAll(List.of(more));
    return Job.read(
        recipe(CLASSIFY), sets.stream().map(s -> s.replace("FOLDER", folder.toString())).toList());
  }

  @Test
  void aStudentIsMadeTaughtStoppedAndResumed() throws IOException {
    Job.read(recipe(CLASSIFY), List.of()).run();
    student("whole").run();
    try (Checkpoint saved = Checkpoint.open(folder.resolve("whole").toString())) {
      assertThat(saved.config().requiredInt("num_hidden_layers", 1, 9)).isEqualTo(1);
    }
    assertThat(folder.resolve("whole"))
        .isDirectoryContaining("glob:**/teacher-logits-*.safetensors");

    var asked = new AtomicInteger();
    assertThat(student("cut").stopWhen(() -> asked.incrementAndGet() > 5).run().stopped()).isTrue();
    student("cut").resume(true).run();
    assertThat(folder.resolve("cut/model.safetensors"))
        .hasSameBinaryContentAs(folder.resolve("whole/model.safetensors"));

    // A run.json repeats it.
    Path again = folder.resolve("again");
    Job.read(folder.resolve("whole/run.json"), List.of("output=" + again)).run();
    assertThat(again.resolve("model.safetensors"))
        .hasSameBinaryContentAs(folder.resolve("whole/model.safetensors"));
  }

  @Test
  void aRunIsNotResumedWithAnotherTeachersShare() throws IOException {
    Job.read(recipe(CLASSIFY), List.of()).run();
    var asked = new AtomicInteger();
    student("cut").stopWhen(() -> asked.incrementAndGet() > 5).run();
    Job other = student("cut", "train.techniques.distillation.alpha=0.9").resume(true);
    assertThatThrownBy(other::run)
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("cannot resume: task of");
  }

  // ---- curriculum

  @ParameterizedTest
  @ValueSource(
      strings = {
        "difficulty: length",
        "difficulty: rarity, schedule: linear",
        "difficulty: loss, model: FOLDER/teacher, steps: 4",
        "difficulty: column, column: hard, schedule: baby-steps, stages: 3"
      })
  void everyDifficultyRunsAndIsWrittenDown(String settings) throws IOException {
    Job.read(recipe(CLASSIFY), List.of()).run();
    String set = "train.techniques.curriculum={ " + settings + " }";
    Path output = folder.resolve("curriculum");
    Job.read(
            recipe(CLASSIFY), List.of(set.replace("FOLDER", folder.toString()), "output=" + output))
        .run();
    Path again = folder.resolve("again");
    Job.read(output.resolve("run.json"), List.of("output=" + again)).run();
    assertThat(again.resolve("model.safetensors"))
        .hasSameBinaryContentAs(output.resolve("model.safetensors"));
  }

  @Test
  void whatADifficultyNeedsIsAskedFor() throws IOException {
    Path file = recipe(CLASSIFY);
    assertThatThrownBy(
            () -> Job.read(file, List.of("train.techniques.curriculum={ difficulty: loss }")))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("curriculum: 'model' is missing: a trained classifier");
    assertThatThrownBy(
            () -> Job.read(file, List.of("train.techniques.curriculum={ column: hard }")))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("curriculum: 'column' has no meaning for this difficulty");
  }

  // ---- several tasks

  private static final String SEVERAL =
      """
      task: multi-task
      model: { checkpoint: FOLDER/base, precision: fp32 }
      tasks:
        - { name: two, train: { path: FOLDER/two.csv, text: text, label: label }, validation: 0.2 }
        - { name: three, train: { path: FOLDER/three.csv, text: text, label: label }, validation: 0.2 }
      max_length: 16
      mixing: { rates: equal }
      train: { epochs: 2, batch_size: 8, keep_best: accuracy, save_every: 3 }
      optimizer: { adamw: { lr: 5.0e-3 } }
      output: FOLDER/several
      """;

  @Test
  void everyTaskHasAFolderAndTheRunIsRepeatedAndResumed() throws IOException {
    Runner.Result result = Job.read(recipe(SEVERAL), List.of()).run();
    assertThat(result.validation().orElseThrow().scores())
        .containsKeys("accuracy", "two/accuracy", "three/accuracy");
    for (String name : List.of("two", "three")) {
      Path task = folder.resolve("several").resolve(name);
      assertThat(task).isDirectoryContaining("glob:**/README.md");
      try (Predictor predictor = Predictor.open(task.toString())) {
        assertThat(predictor.labels().size()).isEqualTo(name.equals("two") ? 2 : 3);
      }
    }
    assertThat(json("several/metrics.json").at("/validation/two~1accuracy/value").isNumber())
        .isTrue();

    var asked = new AtomicInteger();
    Path cut = folder.resolve("cut");
    List<String> sets = List.of("output=" + cut);
    Job first = Job.read(folder.resolve("several/run.json"), sets);
    assertThat(first.stopWhen(() -> asked.incrementAndGet() > 7).run().stopped()).isTrue();
    Job.read(folder.resolve("several/run.json"), sets).resume(true).run();
    for (String name : List.of("two", "three")) {
      assertThat(cut.resolve(name).resolve("model.safetensors"))
          .hasSameBinaryContentAs(
              folder.resolve("several").resolve(name).resolve("model.safetensors"));
    }
  }

  @Test
  void aRecipeOfSeveralTasksIsChecked() throws IOException {
    refused("tasks=[]", "'tasks' has 0 entries, expected at least two");
    refused(SEVERAL.replace("name: three", "name: two"), "'tasks' has two of the name 'two'");
    refused(
        SEVERAL.replace("name: three", "name: ../three"),
        "'name' of a task is '../three', expected letters, digits, - and _: it names a folder");
    refused(
        SEVERAL.replace("rates: equal", "rates: even"),
        "'mixing.rates' is 'even', expected one of proportional, temperature, equal");
  }

  private void refused(String change, String message) throws IOException {
    boolean whole = change.startsWith("task:");
    Path file = recipe(whole ? change : SEVERAL);
    assertThatThrownBy(() -> Job.read(file, whole ? List.of() : List.of(change)))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining(message);
  }

  // ---- one after the other

  @ParameterizedTest
  @ValueSource(strings = {"naive", "ewc", "ewc-online", "l2-sp", "rehearsal"})
  void tasksAreLearnedInTurnAndJudgedAfterEach(String method) throws IOException {
    Path file =
        recipe(
            SEVERAL
                .replace("multi-task", "continual")
                .replace(", keep_best: accuracy, save_every: 3", "")
                .replace(
                    "mixing: { rates: equal }",
                    "continual: { method: " + method + ", fisher_rows: 20, buffer: 12 }"));
    var runner = (ContinualRunner) Job.read(file, List.of());
    assertThat(runner.run().stopped()).isFalse();
    var report = runner.transfer().orElseThrow();
    assertThat(report.tasks()).containsExactly("two", "three");
    // Learned with a head of its own, the second task is guessed until its turn.
    assertThat(report.matrix().get(0).get(1)).isBetween(0.0, 0.8);
    JsonNode metrics = json("several/metrics.json");
    assertThat(metrics.at("/transfer/average").asDouble()).isEqualTo(report.average());
    assertThat(metrics.at("/training").size()).isEqualTo(2);
    assertThat(folder.resolve("several/three")).isDirectoryContaining("glob:**/model.safetensors");
    Job again =
        Job.read(folder.resolve("several/run.json"), List.of("output=" + folder.resolve("b")));
    again.run();
    assertThat(((ContinualRunner) again).transfer().orElseThrow()).isEqualTo(report);
    assertThatThrownBy(() -> again.resume(true))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("cannot be resumed");
  }

  // ---- one text-to-text model

  @Test
  void sourcesOfPromptsAreMixed() throws IOException {
    String source = "{ path: FOLDER/lines.csv, prompt: \"%s: {question}\", answer: \"{answer}\" }";
    String yaml =
        """
        task: causal-lm
        model:
          config: { model_type: gpt2, n_embd: 16, n_layer: 1, n_head: 2, n_positions: 64 }
          tokenizer: FOLDER/base
        data:
          train: [%s, %s]
          mixing: { rates: equal }
          max_length: 32
        train: { max_steps: 4, batch_size: 2 }
        output: FOLDER/prompts
        """
            .formatted(source.formatted("w20"), source.formatted("w21"));
    var job = (LanguageRunner) Job.read(recipe(yaml), List.of());
    assertThat(LanguageWriter.map(job.recipe()).get("data"))
        .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.MAP)
        .containsEntry(
            "mixing", Map.of("rates", "equal", "temperature", 2.0, "cap", Integer.MAX_VALUE));
    assertThatThrownBy(() -> Job.read(recipe(yaml), List.of("data.validation=0.5")))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("'data.mixing' needs a 'data.validation' of its own");
  }
}
