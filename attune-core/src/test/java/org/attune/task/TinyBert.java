package org.attune.task;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.attune.checkpoint.ConfigJson;
import org.attune.data.Dataset;
import org.attune.data.Example;
import org.attune.data.Labels;
import org.attune.data.Target;
import org.attune.models.Head;
import org.attune.models.Model;
import org.attune.models.Pretrained;
import org.attune.testkit.Golden;
import org.attune.text.Tokenizer;

/** A random BERT of three layers under a classifier, and texts of unlike length for it. */
final class TinyBert {
  private static final int LAYERS = 3;

  private TinyBert() {}

  /**
   * The model.
   *
   * @param dropout of all its layers and the head
   */
  static Model model(double dropout, long seed) {
    ConfigJson config =
        ConfigJson.read(Golden.folder("bert/model").resolve("config.json"))
            .with("vocab_size", 500)
            .with("num_hidden_layers", LAYERS)
            .with("hidden_dropout_prob", dropout)
            .with("attention_probs_dropout_prob", dropout)
            .withLabels(List.of("good", "bad"));
    return Pretrained.fresh(config, Head.SEQUENCE_CLASSIFICATION, seed);
  }

  static TextClassification task() {
    Tokenizer tokenizer = Tokenizer.load(Golden.folder("tokenizer/wordpiece")).truncateTo(24);
    return TextClassification.of(tokenizer, Labels.of(List.of("good", "bad")));
  }

  /** Texts of which half begin with another word; seed 5. */
  static Dataset texts(int rows) {
    var random = new Random(5);
    List<Example> examples = new ArrayList<>();
    for (int row = 0; row < rows; row++) {
      String text = (row % 2 == 0 ? "fine" : "poor") + " the film".repeat(random.nextInt(6));
      examples.add(
          new Example(
              text + " " + random.nextInt(9), Optional.empty(), new Target.Single(row % 2)));
    }
    return Dataset.of("texts", examples, Labels.of(List.of("good", "bad")));
  }
}
