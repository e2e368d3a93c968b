package org.attune.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.attune.checkpoint.Checkpoint;
import org.attune.data.Dataset;
import org.attune.data.Example;
import org.attune.data.Labels;
import org.attune.data.Mixing;
import org.attune.data.MixingSampler;
import org.attune.data.Sampler;
import org.attune.data.Target;
import org.attune.metric.Evaluation;
import org.attune.models.SharedBody;
import org.attune.optim.AdamW;
import org.attune.optim.Schedule;
import org.attune.tensor.Scope;
import org.attune.train.Precision;
import org.attune.train.TrainReport;
import org.attune.train.Trainer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two tasks over one body, on the tiny random BERT of the golden files; seeds 7 and 42. */
class MultiTaskTest {
  private static final Path GOLDEN =
      Path.of("src/test/resources/golden/bert/sequence_classification_regression");

  @TempDir private Path folder;

  private Checkpoint checkpoint() throws IOException {
    Path model = Files.createDirectories(folder.resolve("base"));
    for (String name : List.of("config.json", "model.safetensors")) {
      if (!Files.exists(model.resolve(name))) {
        Files.copy(GOLDEN.resolve(name), model.resolve(name));
      }
    }
    List<String> words = new ArrayList<>(List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"));
    while (words.size() < 71) {
      words.add("w" + words.size());
    }
    Files.write(model.resolve("vocab.txt"), words);
    return Checkpoint.open(model.toString());
  }

  /** The label is the first word's number modulo the labels. */
  private static Dataset data(String name, int rows, String... labels) {
    var random = new Random(7L + labels.length);
    List<Example> examples = new ArrayList<>();
    for (int row = 0; row < rows; row++) {
      int first = 5 + random.nextInt(66);
      String text = "w" + first + " w" + (5 + random.nextInt(66)) + " w" + (5 + row % 60);
      examples.add(new Example(text, Optional.empty(), new Target.Single(first % labels.length)));
    }
    return Dataset.of(name, examples, Labels.of(List.of(labels)));
  }

  private static Map<String, Dataset> train() {
    Map<String, Dataset> data = new LinkedHashMap<>();
    data.put("parity", data("parity", 40, "even", "odd"));
    data.put("thirds", data("thirds", 25, "zero", "one", "two"));
    return data;
  }

  private static Map<String, TextClassification> tasks(Checkpoint checkpoint) {
    Map<String, TextClassification> tasks = new LinkedHashMap<>();
    train()
        .forEach(
            (name, data) ->
                tasks.put(name, TextClassification.of(checkpoint.tokenizer(), data.labels())));
    return tasks;
  }

  private static SharedBody load(Checkpoint checkpoint, long seed) {
    return MultiTask.load(tasks(checkpoint), checkpoint, checkpoint.config(), seed);
  }

  private static Trainer<SharedBody> trainer(SharedBody model, MultiTask task) {
    var mixing = new Mixing(Mixing.Kind.TEMPERATURE, 2, 1000);
    return Trainer.of(model, task)
        .optimizer(AdamW.of(5e-3))
        .schedule(Schedule.constant(0))
        .epochs(6)
        .batchSize(4)
        .accumulate(2)
        .precision(Precision.FP32)
        .sampler(MixingSampler.ofBatches(task.train().sizes(), mixing, Sampler.lengthGrouped(), 4));
  }

  @Test
  void bodiesAreOneAndHeadsAreNot() throws IOException {
    try (Checkpoint checkpoint = checkpoint();
        SharedBody model = load(checkpoint, 42)) {
      String word = "bert.embeddings.word_embeddings.weight";
      var first = model.model("parity").namedParameters();
      var second = model.model("thirds").namedParameters();
      assertThat(second.get(word)).isSameAs(first.get(word));
      assertThat(second.get("bert.pooler.dense.weight"))
          .isNotSameAs(first.get("bert.pooler.dense.weight"));
      assertThat(second.get("classifier.weight").shape().size(0)).isEqualTo(3);
      assertThat(model.body()).containsKey("parity." + word).doesNotContainKey("thirds." + word);
      // One layer of 24 by 24 plus bias and three or two rows of 25, once more for each task.
      long alone = model.model("parity").parameterCount();
      assertThat(model.parameterCount()).isEqualTo(alone + 24 * 24 + 24 + 3 * 25);
    }
  }

  @Test
  void aBatchMovesTheBodyAndItsOwnHeadAlone() throws IOException {
    try (Checkpoint checkpoint = checkpoint();
        SharedBody model = load(checkpoint, 42)) {
      MultiTask task = MultiTask.of(tasks(checkpoint), train());
      try (Scope scope = Scope.open()) {
        var batch = task.train().batch(new int[] {41, 44});
        assertThat(task.weight(batch)).isEqualTo(2);
        task.loss(model, batch).backward();
        var names = model.namedParameters();
        assertThat(names.get("thirds.classifier.weight").grad()).isPresent();
        assertThat(names.get("parity.bert.encoder.layer.0.output.dense.weight").grad()).isPresent();
        assertThat(names.get("parity.classifier.weight").grad()).isEmpty();
      }
      assertThatThrownBy(() -> task.train().batch(new int[] {39, 40}))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("rows of parity and thirds in one batch");
    }
  }

  @Test
  void bothAreLearnedJudgedAndSavedAsIfAlone() throws IOException {
    try (Checkpoint checkpoint = checkpoint();
        SharedBody model = load(checkpoint, 42)) {
      MultiTask task = MultiTask.of(tasks(checkpoint), train());
      TaskRows judged = task.rows(train());
      trainer(model, task).epochs(30).fit(task.train(), "data", Optional.of(judged));
      Evaluation all = task.evaluate(model, judged, 8);
      double parity = all.scores().get("parity/accuracy").value();
      double thirds = all.scores().get("thirds/accuracy").value();
      assertThat(parity).isGreaterThan(0.9);
      assertThat(thirds).isGreaterThan(0.9);
      assertThat(all.scores().get("accuracy").value())
          .isCloseTo((parity + thirds) / 2, within(1e-12));
      assertThat(all.examples()).isEqualTo(65);
      assertThat(task.metrics()).contains("accuracy", "parity/accuracy", "thirds/f1_macro");

      Path saved = folder.resolve("thirds");
      TaskFiles.save(model.model("thirds"), checkpoint.tokenizer(), saved);
      try (Predictor alone = Predictor.open(saved.toString())) {
        float[][] expected =
            tasks(checkpoint)
                .get("thirds")
                .logits(model.model("thirds"), judged.parts().get("thirds"), 8);
        List<ClassPrediction> got = alone.classify(train().get("thirds").examples());
        for (int row = 0; row < expected.length; row++) {
          assertThat(got.get(row).logits()).containsExactly(expected[row], within(1e-5f));
        }
      }
    }
  }

  @Test
  void aStoppedRunGoesOnToTheSameBytes() throws IOException {
    Path output = folder.resolve("out");
    try (Checkpoint checkpoint = checkpoint();
        SharedBody whole = load(checkpoint, 42);
        SharedBody first = load(checkpoint, 42);
        SharedBody second = load(checkpoint, 43)) {
      MultiTask task = MultiTask.of(tasks(checkpoint), train());
      trainer(whole, task).fit(task.train(), "data", Optional.empty());
      var calls = new AtomicInteger();
      TrainReport cut =
          trainer(first, task)
              .output(output)
              .stopWhen(() -> calls.incrementAndGet() > 13)
              .fit(task.train(), "data", Optional.empty());
      assertThat(cut.ending()).isEqualTo(TrainReport.Ending.STOPPED);
      trainer(second, task).output(output).resume(true).fit(task.train(), "data", Optional.empty());
      second
          .namedParameters()
          .forEach(
              (name, parameter) ->
                  assertThat(parameter.value().toFloats())
                      .as(name)
                      .isEqualTo(whole.namedParameters().get(name).value().toFloats()));
    }
  }
}
