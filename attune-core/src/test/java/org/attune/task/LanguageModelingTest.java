package org.attune.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.attune.testkit.TensorAssert.assertThatTensor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.attune.AttuneException;
import org.attune.checkpoint.ConfigJson;
import org.attune.data.Batch;
import org.attune.data.Dataset;
import org.attune.data.Example;
import org.attune.data.Labels;
import org.attune.data.Target;
import org.attune.metric.Evaluation;
import org.attune.models.Model;
import org.attune.models.bert.BertForPreTraining;
import org.attune.objective.CrossEntropy;
import org.attune.optim.AdamW;
import org.attune.tensor.Autograd;
import org.attune.tensor.Scope;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;
import org.attune.text.Tokenizer;
import org.attune.train.Encoded;
import org.attune.train.Precision;
import org.attune.train.Trainer;
import org.attune.train.Window;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every task of language modelling on a tiny random model of its family; seed 42. */
class LanguageModelingTest {
  private static final String SENTENCES =
      """
      The lobster lives in the sea. It is blue and has large claws.
      Fishermen catch it in pots near the coast.
      It was first described by Linnaeus long ago.

      The film was shown in many towns. People liked the music of it.
      A second part followed after two years.
      The actors came back for the third one.

      Rain fell on the hills for a week. The river rose above its banks.
      Nobody was hurt but the bridge was lost.
      """;

  @TempDir static Path temporary;

  static Tokenizer tokenizer(String name) {
    return Tokenizer.load(folder(name));
  }

  private static Path folder(String name) {
    try {
      return Path.of(LanguageModelingTest.class.getResource("/golden/tokenizer/" + name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The golden tokenizer with sentinels, which it lacks. */
  private static Tokenizer t5() {
    try {
      Path copy = Files.createTempDirectory(temporary, "t5");
      Files.copy(folder("t5").resolve("spiece.model"), copy.resolve("spiece.model"));
      Files.writeString(
          copy.resolve("tokenizer_config.json"),
          "{\"tokenizer_class\": \"T5Tokenizer\", \"extra_ids\": 20, \"eos_token\": \"</s>\","
              + " \"pad_token\": \"<pad>\", \"unk_token\": \"<unk>\"}");
      return Tokenizer.load(copy);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static ConfigJson config(String keys, Tokenizer tokenizer) {
    return ConfigJson.parse(keys).with("vocab_size", tokenizer.vocabularySize());
  }

  private static ConfigJson bert(Tokenizer tokenizer) {
    return config(
        "{\"model_type\": \"bert\", \"hidden_size\": 32, \"num_hidden_layers\": 2,"
            + " \"num_attention_heads\": 4, \"intermediate_size\": 64,"
            + " \"max_position_embeddings\": 64, \"hidden_dropout_prob\": 0.0,"
            + " \"attention_probs_dropout_prob\": 0.0}",
        tokenizer);
  }

  private static ConfigJson gpt2(Tokenizer tokenizer) {
    return config(
        "{\"model_type\": \"gpt2\", \"n_embd\": 32, \"n_layer\": 2, \"n_head\": 4,"
            + " \"n_positions\": 64, \"resid_pdrop\": 0.0, \"embd_pdrop\": 0.0,"
            + " \"attn_pdrop\": 0.0}",
        tokenizer);
  }

  private static ConfigJson t5(Tokenizer tokenizer) {
    return config(
        "{\"model_type\": \"t5\", \"d_model\": 32, \"d_kv\": 8, \"d_ff\": 64, \"num_layers\": 2,"
            + " \"num_heads\": 4, \"dropout_rate\": 0.0, \"decoder_start_token_id\": 0,"
            + " \"pad_token_id\": 0, \"eos_token_id\": 1}",
        tokenizer);
  }

  private static ConfigJson bart(Tokenizer tokenizer) {
    return config(
        "{\"model_type\": \"bart\", \"d_model\": 32, \"encoder_layers\": 1, \"decoder_layers\": 1,"
            + " \"encoder_attention_heads\": 4, \"decoder_attention_heads\": 4,"
            + " \"encoder_ffn_dim\": 64, \"decoder_ffn_dim\": 64, \"max_position_embeddings\": 32,"
            + " \"dropout\": 0.0, \"attention_dropout\": 0.0, \"activation_dropout\": 0.0,"
            + " \"bos_token_id\": 0, \"pad_token_id\": 1, \"eos_token_id\": 2,"
            + " \"decoder_start_token_id\": 2}",
        tokenizer);
  }

  record Case(String name, LanguageModelTask task, Model model, Dataset data) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static Dataset text() {
    List<Example> examples = new ArrayList<>();
    for (String document : SENTENCES.split("\n\n", -1)) {
      examples.add(new Example(document, Optional.empty(), new Target.None()));
    }
    return Dataset.of("sentences", examples, Labels.of(List.of()));
  }

  private static Dataset answers() {
    List<Example> examples = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      examples.add(
          new Example(
              "copy the word: " + "river ".repeat(1 + i % 3),
              Optional.empty(),
              new Target.Text(i % 2 == 0 ? "the river" : "a bridge")));
    }
    return Dataset.of("answers", examples, Labels.of(List.of()));
  }

  static Stream<Case> cases() {
    Tokenizer wordPiece = tokenizer("wordpiece");
    Tokenizer bytes = tokenizer("gpt2");
    Tokenizer pieces = t5();
    var masked = MaskedLanguageModeling.of(wordPiece, 24, 42);
    var separate = MaskedLanguageModeling.of(wordPiece, 24, 42, 0.3, true, Packing.SEPARATE);
    var lines = MaskedLanguageModeling.of(wordPiece, 24, 42, 0.15, false, Packing.NONE);
    var causal = CausalLanguageModeling.of(bytes, 24);
    var apart = CausalLanguageModeling.of(bytes, 24, Packing.SEPARATE);
    ConfigJson t5 = t5(pieces);
    var spans = Denoising.spans(pieces, t5, 24, 42, 0.15, 3);
    var pairs = TextToText.of(pieces, t5, 24, 12);
    Tokenizer marked = tokenizer("bart");
    ConfigJson bart = bart(marked);
    var noisy = Denoising.text(marked, bart, 24, 42, 0.3, 3, 1, 0.1, 0.5);
    return Stream.of(
        new Case("masked", masked, masked.create(bert(wordPiece), 1), text()),
        new Case("masked, separate", separate, separate.create(bert(wordPiece), 1), text()),
        new Case("masked, a line a row", lines, lines.create(bert(wordPiece), 1), text()),
        new Case("causal", causal, causal.create(gpt2(bytes), 1), text()),
        new Case("causal, separate", apart, apart.create(gpt2(bytes), 1), text()),
        new Case("causal, BERT", apart, apart.create(bert(bytes), 1), text()),
        new Case("answers", causal, causal.create(gpt2(bytes), 1), answers()),
        new Case("span corruption", spans, spans.create(t5, 1), text()),
        new Case("denoising", noisy, noisy.create(bart, 1), text()),
        new Case("text to text", pairs, pairs.create(t5, 1), answers()));
  }

  private static Map<String, Tensor> takeGradients(Model model) {
    Map<String, Tensor> gradients = new LinkedHashMap<>();
    model
        .namedParameters()
        .forEach((name, p) -> p.grad().ifPresent(g -> gradients.put(name, g.copy())));
    model.clearGrads();
    return gradients;
  }

  @ParameterizedTest
  @MethodSource("cases")
  void chunkedLossAndGradientsAreThoseOfThePlainLoss(Case kind) {
    Encoded rows = kind.task().encode(kind.data());
    int[] numbers = IntStream.range(0, Math.min(4, rows.size())).toArray();
    try (Scope scope = Scope.open();
        Model model = kind.model()) {
      model.train(true);
      Batch batch = rows.batch(numbers, 3);
      double weight = kind.task().weight(batch);
      assertThat(weight).isGreaterThan(0);
      Tensor plain = kind.task().loss(model, batch).div(weight);
      plain.backward();
      Map<String, Tensor> expected = takeGradients(model);
      double loss =
          kind.task().backward(model, batch, new Window(List.of(batch), weight), Precision.FP32);
      assertThat(loss).isCloseTo(plain.item(), within(1e-6));
      Map<String, Tensor> chunked = takeGradients(model);
      assertThat(chunked.keySet()).isEqualTo(expected.keySet());
      expected.forEach(
          (name, gradient) -> assertThatTensor(chunked.get(name)).isCloseTo(gradient, 1e-6));
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void lossFallsAndPerplexityIsItsExponential(Case kind) {
    try (Model model = kind.model()) {
      Encoded rows = kind.task().encode(kind.data());
      Evaluation before = evaluate(kind, model, rows, 3);
      Trainer.of(model, kind.task())
          .optimizer(AdamW.of(3e-3))
          .maxSteps(30)
          .batchSize(2)
          .accumulate(2)
          .precision(Precision.FP32)
          .fit(rows, "test", Optional.empty());
      Evaluation after = evaluate(kind, model, rows, 3);
      double loss = after.scores().get("loss").value();
      assertThat(loss).isLessThan(0.9 * before.scores().get("loss").value());
      assertThat(after.scores().get("perplexity").value()).isCloseTo(Math.exp(loss), within(1e-9));
      assertThat(evaluate(kind, model, rows, 1).scores().get("loss").value())
          .isCloseTo(loss, within(1e-5));
    }
  }

  /** A layer that is left out has no gradient in that step, and the optimizer leaves it alone. */
  @Test
  void aModelThatLeavesOutLayersLearns() {
    Tokenizer bytes = tokenizer("bart");
    ConfigJson config = bart(bytes).with("encoder_layerdrop", 0.5).with("decoder_layerdrop", 0.5);
    var pairs = TextToText.of(bytes, config, 24, 12);
    lossFallsAndPerplexityIsItsExponential(
        new Case("layerdrop", pairs, pairs.create(config, 1), answers()));
  }

  private static Evaluation evaluate(Case kind, Model model, Encoded rows, int batchSize) {
    model.train(false);
    return Autograd.noGrad(() -> kind.task().evaluate(model, rows, batchSize));
  }

  @Test
  void rowsAreTheSameAgainAndOthersInTheNextEpoch() {
    var task = MaskedLanguageModeling.of(tokenizer("wordpiece"), 24, 42);
    Encoded rows = task.encode(text());
    int[] all = {0, 1, 2};
    assertThat(rows.batch(all, 5).inputIds()).isEqualTo(rows.batch(all, 5).inputIds());
    assertThat(rows.batch(all, 5).inputIds()).isNotEqualTo(rows.batch(all, 6).inputIds());
    // A row's mask does not depend on its batch.
    Batch one = rows.batch(new int[] {2}, 5);
    assertThat(one.inputIds()).isEqualTo(Arrays.copyOfRange(rows.batch(all, 5).inputIds(), 48, 72));
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt2", "bert"})
  void separateTextsDoNotSeeEachOther(String family) {
    Tokenizer bytes = tokenizer("gpt2");
    var task = CausalLanguageModeling.of(bytes, 40, Packing.SEPARATE);
    var alone = CausalLanguageModeling.of(bytes, 40, Packing.NONE);
    Dataset short2 =
        Dataset.of(
            "short",
            Stream.of(
                    "the sea",
                    "a film of it",
                    "the rain in the hills fell",
                    "two",
                    "more text here")
                .map(t -> new Example(t, Optional.empty(), new Target.None()))
                .toList(),
            Labels.of(List.of()));
    try (Scope scope = Scope.open();
        Model model = task.create(family.equals("bert") ? bert(bytes) : gpt2(bytes), 1)) {
      Batch packed = task.encode(short2).batch(new int[] {0});
      int[] segments = packed.packing().orElseThrow().segments();
      Encoded single = alone.encode(short2);
      double expected = 0;
      long tokens = 0;
      for (int text = 0; text < segments[segments.length - 1]; text++) {
        Batch row = single.batch(new int[] {text});
        expected += task.loss(model, row).item();
        tokens += row.labelled();
      }
      // Only whole texts: what the row's end cuts off is no text of its own.
      long[] labels = packed.labels().clone();
      for (int i = 0; i < labels.length; i++) {
        labels[i] = segments[i] < segments[segments.length - 1] ? labels[i] : Batch.IGNORE;
      }
      Batch whole = packed.withLabels(List.of(labels));
      assertThat(whole.labelled()).isEqualTo(tokens).isGreaterThan(10);
      assertThat(task.loss(model, whole).item()).isCloseTo(expected, within(1e-4));
    }
  }

  @Test
  void onlyAnswersAreLearned() {
    Tokenizer bytes = tokenizer("gpt2");
    var task = CausalLanguageModeling.of(bytes, 60);
    Dataset one =
        Dataset.of(
            "one",
            List.of(new Example("say it: ", Optional.empty(), new Target.Text("the river"))),
            Labels.of(List.of()));
    Batch batch = task.encode(one).batch(new int[] {0});
    int[] asked =
        Arrays.stream(batch.labels())
            .filter(l -> l != Batch.IGNORE)
            .mapToInt(l -> (int) l)
            .toArray();
    assertThat(asked[asked.length - 1]).isEqualTo(bytes.eosId().orElseThrow());
    assertThat(bytes.decode(Arrays.copyOf(asked, asked.length - 1), false).strip())
        .isEqualTo("the river");
    var cut = CausalLanguageModeling.of(bytes, 4);
    assertThatThrownBy(() -> cut.encode(one))
        .isInstanceOf(AttuneException.class)
        .hasMessageContaining("every prompt alone fills max_length 4");
  }

  @Test
  void bertLearnsBothObjectivesInOnePass() {
    Tokenizer wordPiece = tokenizer("wordpiece");
    var task = BertPretraining.of(wordPiece, 40, 42, 0.15, true);
    try (Scope scope = Scope.open();
        Model model = task.create(bert(wordPiece), 1)) {
      Encoded rows = task.encode(text());
      int[] numbers = IntStream.range(0, rows.size()).toArray();
      Batch batch = rows.batch(numbers);
      assertThat(batch.typeIds()).contains(0, 1);
      var bert = (BertForPreTraining) model;
      var window = new Window(List.of(batch), task.weight(batch));
      double loss = task.backward(model, batch, window, Precision.FP32);
      Map<String, Tensor> gradients = takeGradients(model);
      var logits = bert.logits(Inference.input(batch));
      Tensor words =
          CrossEntropy.plain()
              .sum(
                  logits.predictions(),
                  Tensors.ofLongs(batch.labels(), batch.rows(), batch.length()))
              .div(window.weight());
      Tensor next =
          CrossEntropy.plain()
              .sum(logits.nextSentence(), Tensors.ofLongs(batch.labelIds(), batch.rows()))
              .div(batch.rows());
      Tensor both = words.plus(next);
      both.backward();
      assertThat(loss).isCloseTo(both.item(), within(1e-6));
      takeGradients(model)
          .forEach((name, g) -> assertThatTensor(gradients.get(name)).isCloseTo(g, 1e-6));
      Evaluation evaluation = Autograd.noGrad(() -> task.evaluate(model, rows, 2));
      assertThat(evaluation.scores()).containsOnlyKeys("loss", "perplexity", "accuracy");
    }
  }

  @Test
  void whatATokenizerLacksIsSaid() {
    assertThatThrownBy(() -> MaskedLanguageModeling.of(tokenizer("gpt2"), 24, 42))
        .isInstanceOf(AttuneException.class)
        .hasMessage("task: the tokenizer has no mask token, which masked language modelling needs");
    assertThatThrownBy(() -> CausalLanguageModeling.of(tokenizer("wordpiece"), 24))
        .isInstanceOf(AttuneException.class)
        .hasMessageContaining("no eos (end) token");
    Tokenizer bytes = tokenizer("gpt2");
    assertThatThrownBy(() -> Denoising.spans(bytes, t5(bytes), 24, 42, 0.15, 3))
        .hasMessageContaining("no sentinel <extra_id_0>");
    assertThatThrownBy(() -> TextToText.of(bytes, gpt2(bytes), 24, 24))
        .hasMessageContaining("decoder_start_token_id is missing");
    var task = CausalLanguageModeling.of(bytes, 24);
    assertThatThrownBy(() -> task.create(gpt2(bytes).with("vocab_size", 300), 1))
        .isInstanceOf(AttuneException.class)
        .hasMessageContaining("they do not belong together");
    assertThatThrownBy(() -> CausalLanguageModeling.of(bytes, 5000).encode(text()))
        .isInstanceOf(AttuneException.class)
        .hasMessageContaining("fewer than one row of 5000");
  }
}
