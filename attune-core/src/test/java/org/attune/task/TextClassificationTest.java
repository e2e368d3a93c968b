package org.attune.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.attune.AttuneException;
import org.attune.UsageException;
import org.attune.checkpoint.Checkpoint;
import org.attune.data.Dataset;
import org.attune.data.Example;
import org.attune.data.Labels;
import org.attune.data.Target;
import org.attune.metric.Evaluation;
import org.attune.text.Tokenizer;
import org.attune.train.Encoded;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Classification on the tiny random BERT of the golden files (71 tokens, 36 positions) with a
 * vocabulary of words w5 to w70. Texts are drawn with seed 7.
 */
class TextClassificationTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden/bert");
  private static final int VOCABULARY = 71;
  private static final int POSITIONS = 36;

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sequence_classification",
        "sequence_classification_multi_label",
        "sequence_classification_regression"
      })
  void logitsAndMetricsDoNotDependOnTheBatchSize(String golden) throws IOException {
    try (Predictor predictor = Predictor.open(model(golden, VOCABULARY).toString())) {
      TextClassification task = task(predictor);
      Dataset data = data(task, 23);
      Encoded encoded = task.encode(data);
      float[][] alone = task.logits(predictor.model(), encoded, 1);
      Evaluation expected = task.evaluate(predictor.model(), encoded, 1);
      for (int batchSize : new int[] {2, 7, 64}) {
        float[][] together = task.logits(predictor.model(), encoded, batchSize);
        for (int row = 0; row < alone.length; row++) {
          // Not bitwise: a padded batch adds up in another order.
          assertThat(together[row]).containsExactly(alone[row], within(2e-5f));
        }
        Evaluation evaluation = task.evaluate(predictor.model(), encoded, batchSize);
        expected
            .scores()
            .forEach(
                (name, score) ->
                    assertThat(evaluation.scores().get(name).value())
                        .as(name)
                        .isCloseTo(score.value(), within(1e-4)));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sequence_classification",
        "sequence_classification_multi_label",
        "sequence_classification_regression"
      })
  void predictionsKeepTheOrderOfTheirTexts(String golden) throws IOException {
    try (Predictor predictor = Predictor.open(model(golden, VOCABULARY).toString())) {
      List<Example> examples = data(task(predictor), 100).examples();
      List<ClassPrediction> together = predictor.classify(examples);
      for (int i = 0; i < examples.size(); i += 9) {
        ClassPrediction alone = predictor.classify(List.of(examples.get(i))).get(0);
        assertThat(together.get(i).logits()).containsExactly(alone.logits(), within(2e-5f));
        assertThat(together.get(i).labels()).isEqualTo(alone.labels());
      }
    }
  }

  @Test
  void predictionsSayWhatTheirKindSays() throws IOException {
    List<Example> one = List.of(new Example("w9 w12", Optional.of("w7"), new Target.None()));
    try (Predictor single = Predictor.open(model("sequence_classification", 71).toString())) {
      assertThat(single.predict(one, true).get(0)).containsOnlyKeys("label", "score", "logits");
    }
    String several = "sequence_classification_multi_label";
    try (Predictor multi = Predictor.open(model(several, 71).toString())) {
      assertThat(multi.predict(one, false).get(0)).containsOnlyKeys("labels", "scores");
    }
    String number = "sequence_classification_regression";
    try (Predictor regression = Predictor.open(model(number, 71).toString())) {
      assertThat(regression.predict(one, false).get(0)).containsOnlyKeys("score");
    }
  }

  @Test
  void classifierRefusesOneLabelAndNone() throws IOException {
    try (Checkpoint checkpoint = open("sequence_classification")) {
      Tokenizer tokenizer = checkpoint.tokenizer();
      assertThatThrownBy(() -> TextClassification.of(tokenizer, Labels.of(List.of("good"))))
          .isInstanceOf(AttuneException.class)
          .hasMessage("task: the data has the one label [good], classification needs at least two");
      assertThatThrownBy(() -> TextClassification.of(tokenizer, Labels.of(List.of())))
          .isInstanceOf(AttuneException.class)
          .hasMessage("task: the data has no label, classification needs at least two");
    }
  }

  @Test
  void dataWithoutTargetsIsRefused() throws IOException {
    Dataset bare =
        Dataset.of(
            "bare",
            List.of(new Example("w9", Optional.empty(), new Target.None())),
            Labels.of(List.of()));
    try (Checkpoint checkpoint = open("sequence_classification")) {
      assertThatThrownBy(() -> TextClassification.forData(checkpoint.tokenizer(), bare))
          .isInstanceOf(AttuneException.class)
          .hasMessage("task: bare has no labels; name their column with 'label' or 'score'");
    }
    judgedBy(bare, "sequence_classification", "one label; name the column with label");
    judgedBy(
        bare,
        "sequence_classification_multi_label",
        "any number of labels; name the column with label, and separator");
    judgedBy(bare, "sequence_classification_regression", "a number; name the column with score");
  }

  private void judgedBy(Dataset bare, String golden, String wanted) throws IOException {
    try (Predictor predictor = Predictor.open(model(golden, VOCABULARY).toString())) {
      assertThatThrownBy(() -> predictor.evaluate(bare, 1))
          .isInstanceOf(AttuneException.class)
          .hasMessage("task: rows of bare have no target, the model is for " + wanted);
    }
  }

  @Test
  void tokenizerOfAnotherModelIsRefused() throws IOException {
    Path mismatched = model("sequence_classification", VOCABULARY + 1);
    assertThatThrownBy(() -> Predictor.open(mismatched.toString()))
        .isInstanceOf(AttuneException.class)
        .hasMessage(
            "task: the tokenizer's ids go up to 71, the model has embeddings for 71;"
                + " they do not belong together");
  }

  @Test
  void textsLongerThanThePositionsAreRefused() throws IOException {
    try (Checkpoint checkpoint = open("sequence_classification")) {
      Tokenizer tokenizer = checkpoint.tokenizer().truncateTo(POSITIONS + 1);
      TextClassification task = TextClassification.of(tokenizer, Labels.of(List.of("a", "b", "c")));
      assertThatThrownBy(() -> task.load(checkpoint))
          .isInstanceOf(UsageException.class)
          .hasMessage(
              "task: max_length is 37, the model has positions for 36;"
                  + " set max_length to at most that");
    }
  }

  private Checkpoint open(String golden) throws IOException {
    return Checkpoint.open(model(golden, VOCABULARY).toString());
  }

  private static TextClassification task(Predictor predictor) {
    return TextClassification.of(predictor.tokenizer(), predictor.model().config());
  }

  private Path model(String golden, int words) throws IOException {
    Path model = Files.createDirectories(folder.resolve(golden + words));
    for (String name : List.of("config.json", "model.safetensors")) {
      Path copy = model.resolve(name);
      if (!Files.exists(copy)) {
        Files.copy(GOLDEN.resolve(golden).resolve(name), copy);
      }
    }
    List<String> vocabulary =
        new ArrayList<>(List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"));
    while (vocabulary.size() < words) {
      vocabulary.add("w" + vocabulary.size());
    }
    Files.write(model.resolve("vocab.txt"), vocabulary);
    return model;
  }

  /** Rows of 1 to 30 words, with targets of the task's kind. */
  private static Dataset data(TextClassification task, int rows) {
    Random random = new Random(7);
    int labels = task.labels().size();
    List<Example> examples = new ArrayList<>();
    for (int row = 0; row < rows; row++) {
      StringBuilder text = new StringBuilder();
      for (int word = random.nextInt(30); word >= 0; word--) {
        text.append(" w").append(5 + random.nextInt(VOCABULARY - 5));
      }
      Target target =
          switch (task.problem()) {
            case SINGLE_LABEL_CLASSIFICATION -> new Target.Single(row % labels);
            case MULTI_LABEL_CLASSIFICATION -> new Target.Multi(List.of(row % labels));
            case REGRESSION -> new Target.Score(random.nextDouble());
          };
      examples.add(new Example(text.toString().strip(), Optional.empty(), target));
    }
    boolean number = task.problem() == TextClassification.Problem.REGRESSION;
    return Dataset.of("random", examples, number ? Labels.of(List.of()) : task.labels());
  }
}
