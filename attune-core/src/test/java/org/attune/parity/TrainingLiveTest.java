package org.attune.parity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.attune.checkpoint.Checkpoint;
import org.attune.checkpoint.ConfigJson;
import org.attune.checkpoint.SafetensorsFile;
import org.attune.data.Batch;
import org.attune.data.Sampler;
import org.attune.models.Head;
import org.attune.models.Model;
import org.attune.models.Pretrained;
import org.attune.optim.AdamW;
import org.attune.optim.Schedule;
import org.attune.tensor.Autograd;
import org.attune.tensor.Scope;
import org.attune.tensor.Tensor;
import org.attune.testkit.Golden;
import org.attune.text.Tokenizer;
import org.attune.train.Callback;
import org.attune.train.Every;
import org.attune.train.Precision;
import org.attune.train.Trainer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The built-in model trained on real reviews by both sides from the same start on the same batches
 * (dropout 0, fp32), and each side's result loaded by the other. The head's seed is
 * make_model.py's.
 */
@Tag("live")
class TrainingLiveTest {
  private static final double TOLERANCE = 1e-4;
  private static final double LOGITS = 1e-5;
  private static final double LR = 5e-5;
  private static final int WARMUP = 10;
  private static final int LONGEST = 64;

  @TempDir Path folder;
  private Path start;

  @BeforeEach
  void makeTheStart() throws Exception {
    start = folder.resolve("start");
    try (Checkpoint checkpoint = Checkpoint.open("builtin:all-minilm-l6-v2")) {
      ReferenceStack.run("make_model.py", checkpoint.folder(), start);
    }
  }

  @Test
  void oneHundredStepsGoTheSameWay() throws Exception {
    List<RowsTask.Row> rows = reviews(800);
    Path reference = trainReference(rows, 8, 1, WARMUP);
    try (Model model = load(start)) {
      compare(model, train(model, rows, 8, 1, WARMUP), reference);
    }
    assertSameLogitsAsReference(reference, rows);
  }

  @Test
  void fourBatchesOfEightAreOneOfThirtyTwo() throws Exception {
    List<RowsTask.Row> rows = reviews(32 * 6);
    Path reference = trainReference(rows, 8, 4, 1);
    for (int accumulate : new int[] {4, 1}) {
      try (Model model = load(start)) {
        compare(model, train(model, rows, 32 / accumulate, accumulate, 1), reference);
      }
    }
  }

  @Test
  void transformersLoadsWhatAttuneTrained() throws Exception {
    List<RowsTask.Row> rows = reviews(24);
    Path saved = Files.createDirectory(folder.resolve("attune"));
    try (Model model = load(start);
        Tokenizer tokenizer = Tokenizer.load(start)) {
      train(model, rows, 8, 1, 1);
      Pretrained.save(model, saved);
      tokenizer.save(saved);

      JsonNode found = ReferenceStack.run("load_check.py", saved, write(rows));
      assertThat(found.get("architecture").asText()).isEqualTo("BertForSequenceClassification");
      for (String complaints : List.of("missing", "unexpected", "mismatched", "warnings")) {
        assertThat(found.get(complaints)).as("%s of %s", complaints, found).isEmpty();
      }
      assertThat(ReferenceStack.floats(found.get("tokenizer_ids")))
          .containsExactly(floats(tokenizer.encode("A plain sentence.").ids()));
      assertLogits(model, rows, found.get("logits"));
    }
  }

  /** The reverse: a model that transformers trained and saved. */
  private static void assertSameLogitsAsReference(Path saved, List<RowsTask.Row> rows) {
    try (Checkpoint checkpoint = Checkpoint.open(saved.toString())) {
      Pretrained.Loaded loaded = Pretrained.load(checkpoint);
      try (Model model = loaded.model()) {
        assertThat(loaded.report().remarks()).isEmpty();
        JsonNode logits = Golden.json(saved.resolve("logits.json"));
        assertLogits(model, rows.subList(0, logits.size()), logits);
      }
    }
  }

  private static void assertLogits(Model model, List<RowsTask.Row> rows, JsonNode expected) {
    for (int k = 0; k < rows.size(); k++) {
      try (Scope scope = Scope.open()) {
        Batch batch = new RowsTask(rows).encode(new RowsTask(rows).dataset()).batch(new int[] {k});
        float[] actual =
            Autograd.noGrad(() -> model.forward(RowsTask.input(batch)).toFloats()); // [1, labels]
        assertThat(actual)
            .as("logits of row %d", k)
            .containsExactly(ReferenceStack.floats(expected.get(k)), within((float) LOGITS));
      }
    }
  }

  // ---- both sides of a run

  private Path trainReference(List<RowsTask.Row> rows, int batch, int accumulate, int warmup)
      throws Exception {
    Path out = folder.resolve("reference");
    ReferenceStack.run(
        "train_steps.py",
        start,
        write(rows),
        out,
        "--batch",
        batch,
        "--accumulate",
        accumulate,
        "--warmup",
        warmup,
        "--lr",
        LR);
    return out;
  }

  private static Model load(Path saved) {
    try (Checkpoint checkpoint = Checkpoint.open(saved.toString())) {
      ConfigJson config =
          checkpoint
              .config()
              .with("hidden_dropout_prob", 0.0)
              .with("attention_probs_dropout_prob", 0.0);
      return Pretrained.load(checkpoint, Head.SEQUENCE_CLASSIFICATION, config, 1).model();
    }
  }

  private static List<Callback.Step> train(
      Model model, List<RowsTask.Row> rows, int batch, int accumulate, int warmup) {
    RowsTask task = new RowsTask(rows);
    List<Callback.Step> steps = new ArrayList<>();
    Trainer.of(model, task)
        .optimizer(AdamW.of(LR))
        .schedule(Schedule.linear(warmup))
        .epochs(1)
        .batchSize(batch)
        .accumulate(accumulate)
        .sampler(Sampler.sequential())
        .precision(Precision.FP32)
        .evaluateEvery(Every.never())
        .callback(
            new Callback() {
              @Override
              public void onStep(Step step) {
                steps.add(step);
              }
            })
        .fit(task.dataset());
    return steps;
  }

  /** Loss of every step and the weights at the end; reports the largest differences. */
  private static void compare(Model model, List<Callback.Step> steps, Path reference) {
    JsonNode losses = Golden.json(reference.resolve("trace.json")).get("loss");
    assertThat(steps).hasSize(losses.size());
    double largest = 0;
    for (Callback.Step step : steps) {
      double expected = losses.get((int) step.step() - 1).asDouble();
      assertThat(step.loss())
          .as("loss of step %d", step.step())
          .isCloseTo(expected, within(TOLERANCE));
      largest = Math.max(largest, Math.abs(step.loss() - expected));
    }
    ReferenceStack.report("losses of " + steps.size() + " steps", largest);
    try (Scope scope = Scope.open();
        SafetensorsFile file = SafetensorsFile.open(reference.resolve("model.safetensors"))) {
      Map<String, Tensor> expected = new LinkedHashMap<>();
      file.names().forEach(name -> expected.put(name, file.tensor(name)));
      ReferenceStack.report("final weights", FinalWeights.assertClose(model, expected, TOLERANCE));
    }
  }

  // ---- rows

  /** Reviews from all over SST-2's training set as the start's own tokenizer reads them. */
  private List<RowsTask.Row> reviews(int count) throws IOException {
    List<String> lines =
        Files.readAllLines(ReferenceStack.data().resolve("sst2/stsa.binary.train"));
    try (Tokenizer tokenizer = Tokenizer.load(start).truncateTo(LONGEST)) {
      List<RowsTask.Row> rows = new ArrayList<>();
      for (int k = 0; k < count; k++) {
        String line = lines.get(k * (lines.size() / count)); // a label, a space, the review
        long label = Character.digit(line.charAt(0), 10);
        rows.add(
            new RowsTask.Row(
                Arrays.stream(tokenizer.encode(line.substring(2)).ids())
                    .mapToObj(id -> (long) id)
                    .toList(),
                List.of(label)));
      }
      return rows;
    }
  }

  private Path write(List<RowsTask.Row> rows) throws IOException {
    String lines =
        rows.stream()
            .map(row -> "{\"input_ids\":" + row.ids() + ",\"label\":" + row.labels().get(0) + "}")
            .collect(Collectors.joining("\n"));
    return Files.writeString(folder.resolve("rows.jsonl"), lines);
  }

  private static float[] floats(int[] ids) {
    float[] floats = new float[ids.length];
    for (int i = 0; i < ids.length; i++) {
      floats[i] = ids[i];
    }
    return floats;
  }
}
