package org.attune.task;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.attune.checkpoint.Checkpoint;
import org.attune.checkpoint.ConfigJson;
import org.attune.data.Dataset;
import org.attune.data.Example;
import org.attune.data.Labels;
import org.attune.data.Target;
import org.attune.models.Model;
import org.attune.models.Pretrained;
import org.attune.optim.AdamW;
import org.attune.tensor.Rng;
import org.attune.testkit.Golden;
import org.attune.text.Tokenizer;
import org.attune.train.Trainer;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The tasks on other encoders than BERT, from a folder to a folder: a tiny random body (seed 11)
 * with its family's kind of tokenizer learns to tell two kinds of pairs apart (rows: seed 7). The
 * tokenizers call the second text another segment or not; these families do not look.
 */
class EncoderTasksTest {
  private static final int ROWS = 48;
  private static final int LONGEST = 24;

  @TempDir private Path folder;

  /** A body without a head, and the files of a tokenizer. */
  private Path base(String family) throws IOException {
    String kind = family.equals("roberta") ? "roberta" : "wordpiece";
    Path tokenizer = Golden.folder("tokenizer/" + kind);
    Path base = Files.createDirectories(folder.resolve("base"));
    for (String name : List.of("vocab.txt", "vocab.json", "merges.txt", "tokenizer_config.json")) {
      if (Files.exists(tokenizer.resolve(name))) {
        Files.copy(tokenizer.resolve(name), base.resolve(name));
      }
    }
    ConfigJson config =
        ConfigJson.read(Golden.folder(family + "/model").resolve("config.json"))
            .with("vocab_size", 500);
    try (Model model = Pretrained.create(config)) {
      model.initialize(new Rng(11), model.initializerRange());
      Pretrained.save(model, base);
    }
    return base;
  }

  /** Pairs whose first text begins with one of two words; the rest is the same for both. */
  private static List<Example> examples(Random random, List<Target> targets) {
    List<Example> examples = new ArrayList<>();
    for (int row = 0; row < ROWS; row++) {
      String first = (row % 2 == 0 ? "fine " : "poor ") + "the film " + random.nextInt(9);
      String second = "a review " + random.nextInt(9);
      examples.add(new Example(first, Optional.of(second), targets.get(row % targets.size())));
    }
    return examples;
  }

  @ParameterizedTest
  @ValueSource(strings = {"roberta", "distilbert"})
  void classification(String family) throws IOException {
    List<Target> targets = List.of(new Target.Single(0), new Target.Single(1));
    Dataset data =
        Dataset.of("pairs", examples(new Random(7), targets), Labels.of(List.of("good", "bad")));
    Path saved = folder.resolve("saved");
    try (Checkpoint checkpoint = Checkpoint.open(base(family).toString())) {
      Tokenizer tokenizer = checkpoint.tokenizer().truncateTo(LONGEST);
      TextClassification task = TextClassification.of(tokenizer, data.labels());
      try (Model model = task.load(checkpoint)) {
        Trainer.of(model, task).optimizer(AdamW.of(5e-3)).epochs(8).batchSize(8).seed(3).fit(data);
        task.save(model, saved);
      }
    }
    try (Predictor predictor = Predictor.open(saved.toString())) {
      assertThat(predictor.evaluate(data, 1).scores().get("accuracy").value()).isEqualTo(1);
      List<ClassPrediction> predictions = predictor.classify(data.examples());
      assertThat(predictions.get(0).label()).isEqualTo("good");
      assertThat(predictions.get(1).label()).isEqualTo("bad");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"roberta", "distilbert"})
  void embeddings(String family) throws IOException {
    List<Target> targets = List.of(new Target.Score(5), new Target.Score(0));
    Dataset data = Dataset.of("scored", examples(new Random(7), targets), Labels.of(List.of()));
    Path saved = folder.resolve("saved");
    try (Checkpoint checkpoint = Checkpoint.open(base(family).toString())) {
      SentenceEmbedding task = SentenceEmbedding.of(checkpoint.tokenizer().truncateTo(LONGEST), 5);
      try (Model model = task.load(checkpoint)) {
        Trainer.of(model, task).optimizer(AdamW.of(5e-3)).epochs(8).batchSize(8).seed(3).fit(data);
        task.save(model, saved);
      }
    }
    try (Predictor predictor = Predictor.open(saved.toString())) {
      assertThat(predictor.evaluate(data, 5).scores().get("pearson").value()).isGreaterThan(0.9);
      float[][] vectors = predictor.embed(List.of("fine the film 1", "poor the film 1"));
      assertThat(vectors).hasDimensions(2, 24);
    }
  }
}
