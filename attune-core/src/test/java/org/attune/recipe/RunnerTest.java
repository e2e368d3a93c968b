package org.attune.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.attune.AttuneException;
import org.attune.checkpoint.Checkpoint;
import org.attune.data.Dataset;
import org.attune.metric.Evaluation;
import org.attune.models.Pretrained;
import org.attune.task.Predictor;
import org.attune.train.Callback;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real runs, small: the built-in model on 200 rows of the built-in data, seed 42. */
class RunnerTest {
  @TempDir private static Path root;
  private static Path finished;
  private static Runner.Result result;

  @BeforeAll
  static void run() throws IOException {
    finished = root.resolve("finished");
    result = Runner.of(recipe(finished)).run();
  }

  private static Recipe recipe(Path output, String... sets) throws IOException {
    String yaml =
        """
        task: text-classification
        model: { checkpoint: builtin:all-minilm-l6-v2, precision: fp32 }
        data:
          train: { path: builtin:wordnet-topics, limit: 200 }
          validation: 0.2
          test: { path: builtin:wordnet-topics, split: test, limit: 60 }
          max_length: 32
        train: { epochs: 1, batch_size: 32, keep_best: accuracy }
        optimizer: { adamw: { lr: 2.0e-4 } }
        output: %s
        """
            .formatted(output);
    return Recipe.read(Files.writeString(root.resolve("recipe.yaml"), yaml), List.of(sets));
  }

  @Test
  void everythingAboutTheRunIsLeftBehind() throws IOException {
    assertThat(finished)
        .isDirectoryContaining("glob:**/model.safetensors")
        .isDirectoryContaining("glob:**/config.json")
        .isDirectoryContaining("glob:**/tokenizer.json")
        .isDirectoryContaining("glob:**/metrics.json")
        .isDirectoryContaining("glob:**/run.json")
        .isDirectoryContaining("glob:**/README.md")
        .isDirectoryNotContaining("glob:**/*.check")
        .isDirectoryNotContaining("glob:**/best-*");
    JsonNode run = new ObjectMapper().readTree(finished.resolve("run.json").toFile());
    assertThat(run.at("/data/train/rows").asInt() + run.at("/data/validation/rows").asInt())
        .isEqualTo(200);
    assertThat(run.at("/base/sha256").asText()).hasSize(64);
    assertThat(run.at("/metrics/test/examples").asInt()).isEqualTo(60);
  }

  @Test
  void modelCardNamesNoFolderOfThisMachine() {
    assertThat(RunOutput.publicName("/home/me/data/reviews.csv")).isEqualTo("reviews.csv");
    assertThat(RunOutput.publicName("builtin:wordnet-topics")).isEqualTo("builtin:wordnet-topics");
  }

  @Test
  void runJsonRepeatsTheRunToTheByte() throws IOException {
    Path again = root.resolve("again");
    Runner.of(Recipe.read(finished.resolve("run.json"), List.of("output=" + again))).run();
    assertThat(again.resolve("model.safetensors"))
        .hasSameBinaryContentAs(finished.resolve("model.safetensors"));
  }

  @Test
  void savedModelLoadsWithoutRemarks() {
    try (Checkpoint checkpoint = Checkpoint.open(finished.toString())) {
      Pretrained.Loaded loaded = Pretrained.load(checkpoint);
      try (var model = loaded.model()) {
        assertThat(loaded.report().remarks()).isEmpty();
        assertThat(model.config().labels()).hasSizeGreaterThan(1);
      }
    }
  }

  @Test
  void evaluatingTheSavedModelGivesTheReportedMetrics() throws IOException {
    try (Predictor predictor = Predictor.open(finished.toString())) {
      Dataset test = Dataset.read(recipe(finished).data().test().orElseThrow(), predictor.labels());
      Evaluation evaluation = predictor.evaluate(test, 1);
      Evaluation reported = result.test().orElseThrow();
      // The tokenizer's limit is not part of the saved model; these texts are shorter than it.
      assertThat(evaluation.examples()).isEqualTo(reported.examples());
      assertThat(evaluation.scores().get("accuracy").value())
          .isEqualTo(reported.scores().get("accuracy").value());
    }
  }

  @Test
  void stoppedRunGoesOnToTheSameBytes() throws IOException {
    Path output = root.resolve("stopped");
    AtomicInteger asked = new AtomicInteger();
    Runner.Result stopped =
        Runner.of(recipe(output)).stopWhen(() -> asked.incrementAndGet() > 2).run();
    assertThat(stopped.stopped()).isTrue();
    assertThat(output.resolve("model.safetensors")).doesNotExist();
    assertThat(output).isDirectoryContaining("glob:**/checkpoint-*");

    Runner.Result whole = Runner.of(recipe(output)).resume(true).run();
    assertThat(whole.stopped()).isFalse();
    assertThat(output.resolve("model.safetensors"))
        .hasSameBinaryContentAs(finished.resolve("model.safetensors"));
  }

  @Test
  void outputThatCannotBeWrittenIsFoundBeforeTraining() throws IOException {
    Path file = Files.writeString(root.resolve("file"), "mine");
    refusedBeforeTraining(
        recipe(file), "output: " + file + " is a file, expected a folder or a new name");
    assertThat(file).hasContent("mine");

    Path below = file.resolve("below");
    refusedBeforeTraining(
        recipe(below),
        "output: " + below + " cannot be written: Not a directory; set output to another folder");
  }

  @Test
  void systemFoldersAreNoOutput() throws IOException {
    assumeThat(Path.of("/proc/self")).isDirectory();
    refusedBeforeTraining(
        recipe(Path.of("/proc/attune")),
        "output: /proc/attune cannot be written: /proc/attune does not exist; set output to another"
            + " folder");
  }

  @Test
  void dataToLearnNothingFromIsRefused() throws IOException {
    Path csv = Files.writeString(root.resolve("one.csv"), "text,label\na,x\nb,x\n");
    String train = "data.train={path: " + csv + ", text: text, label: label}";
    refusedBeforeTraining(
        recipe(root.resolve("unfit"), train),
        "data: "
            + csv
            + " has the one label 'x' in all 2 rows; a classifier needs at least two labels");
    refusedBeforeTraining(
        recipe(root.resolve("unfit"), "data.train={path: " + csv + ", text: text}"),
        "data: " + csv + " has nothing to learn: name its 'label:' or 'score:' column");
    assertThat(root.resolve("unfit")).doesNotExist();
  }

  @Test
  void metricOfAnotherTaskIsRefusedAndLeavesNothing() throws IOException {
    Path output = root.resolve("not/yet");
    refusedBeforeTraining(
        recipe(output, "train.keep_best=pearson"),
        "train: no metric 'pearson'; this task measures accuracy, precision_macro, recall_macro,"
            + " f1_macro, precision_micro, recall_micro, f1_micro, precision_weighted,"
            + " recall_weighted, f1_weighted, matthews, log_loss, roc_auc");
    assertThat(root.resolve("not")).doesNotExist();
  }

  @Test
  void modelThatCannotBeLoadedLeavesNoOutput() throws IOException {
    Path model = Files.createDirectories(root.resolve("broken"));
    try (var in = Checkpoint.open("builtin:all-minilm-l6-v2")) {
      for (String file : List.of("config.json", "tokenizer.json")) {
        Files.copy(in.folder().resolve(file), model.resolve(file));
      }
    }
    Path output = root.resolve("unmade");
    Files.writeString(model.resolve("model.safetensors"), "");
    assertThatThrownBy(() -> Runner.of(recipe(output, "model.checkpoint=" + model)).run())
        .isInstanceOf(AttuneException.class);
    assertThat(output).doesNotExist();
    Files.createDirectories(output);
    assertThatThrownBy(() -> Runner.of(recipe(output, "model.checkpoint=" + model)).run())
        .isInstanceOf(AttuneException.class);
    assertThat(output).isEmptyDirectory();
  }

  private static void refusedBeforeTraining(Recipe recipe, String message) {
    AtomicBoolean started = new AtomicBoolean();
    Callback watcher =
        new Callback() {
          @Override
          public void onStart(Plan plan) {
            started.set(true);
          }
        };
    assertThatThrownBy(() -> Runner.of(recipe).callback(watcher).run())
        .isInstanceOf(AttuneException.class)
        .hasMessage(message);
    assertThat(started).isFalse();
  }
}
