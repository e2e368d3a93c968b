package org.attune.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.attune.UsageException;
import org.attune.optim.Adafactor;
import org.attune.optim.AdamW;
import org.attune.optim.Freezing;
import org.attune.optim.Schedule;
import org.attune.task.ClassLoss;
import org.attune.task.FreeLb;
import org.attune.tensor.DType;
import org.attune.train.EarlyStopping;
import org.attune.train.Every;
import org.attune.train.LossScaling;
import org.attune.train.MemorySaving;
import org.attune.train.Precision;
import org.attune.train.PrefixCache;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What recipes say, how they are overridden and written back, and the line of every mistake. */
class RecipeTest {
  private static final String SMALLEST =
      """
      task: text-classification
      model: { checkpoint: some/folder }
      data:
        train: { path: a.csv, text: body, label: topic }
      output: out/a
      """;

  @TempDir private Path folder;

  private Path file(String yaml) throws IOException {
    return Files.writeString(folder.resolve("recipe.yaml"), yaml);
  }

  private Recipe read(String yaml, String... sets) throws IOException {
    return Recipe.read(file(yaml), List.of(sets));
  }

  private void refused(String yaml, String message, String... sets) throws IOException {
    Path file = file(yaml);
    assertThatThrownBy(() -> Recipe.read(file, List.of(sets)))
        .isInstanceOf(UsageException.class)
        .hasMessage(message.replace("recipe.yaml", file.toString()));
  }

  static Stream<Path> shipped() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("..", "recipes"))) {
      return files
          .filter(file -> file.toString().endsWith(".yaml"))
          .filter(file -> Job.read(file, List.of()) instanceof Runner)
          .sorted()
          .toList()
          .stream();
    }
  }

  @ParameterizedTest
  @MethodSource("shipped")
  void everyShippedRecipeIsReadAndOpensWithItsCommand(Path file) throws IOException {
    Recipe recipe = Recipe.read(file, List.of());
    // A student starts from its teacher, which another recipe makes.
    assertThat(recipe.model().checkpoint()).isIn("builtin:all-minilm-l6-v2", "out/sst2-full");
    String name = file.getFileName().toString().replace(".yaml", "");
    assertThat(recipe.output()).isEqualTo(Path.of("out", name));
    assertThat(Files.readString(file)).contains("#     ./attune train recipes/" + name + ".yaml");
  }

  @Test
  void fourRecipesAreShipped() throws IOException {
    assertThat(shipped().map(file -> file.getFileName().toString()))
        .contains("quickstart.yaml", "sst2-full.yaml", "banking77.yaml", "stsb-pairs.yaml");
  }

  @Test
  void defaultsAreFilledIn() throws IOException {
    Recipe recipe = read(SMALLEST);
    assertThat(recipe.seed()).isEqualTo(42);
    assertThat(recipe.model())
        .isEqualTo(
            new Recipe.ModelPart("some/folder", Precision.AUTO, Optional.empty(), List.of()));
    assertThat(recipe.data().validation()).isEmpty();
    assertThat(recipe.data().validationShare()).isZero();
    assertThat(recipe.data().maxLength()).isEqualTo(128);
    assertThat(recipe.train())
        .isEqualTo(
            new Recipe.TrainPart(
                3,
                OptionalLong.empty(),
                32,
                1,
                1,
                Every.epoch(),
                Every.never(),
                Optional.empty(),
                Optional.empty(),
                true,
                Optional.empty(),
                MemorySaving.NONE,
                LossScaling.DEFAULT,
                Freezing.none(),
                Optional.empty(),
                List.of()));
    assertThat(recipe.optimizer()).isEqualTo(AdamW.of(5e-5));
    assertThat(recipe.schedule()).isEqualTo(Schedule.linear(0));
  }

  private static final String FULL =
      """
      task: sentence-embedding
      seed: 7
      model: { checkpoint: owner/name@main, precision: bf16, dropout: 0.2 }
      data:
        train:
          path: "pairs/*.csv"
          columns: [first, second, score]
          text: first
          text_pair: second
          score: score
          limit: 1_000
        validation: { path: dev.csv, text: first, text_pair: second, score: score }
        test: { path: test.csv, text: first, text_pair: second, score: score }
        max_length: 64
        max_score: 5
      train:
        epochs: 2
        batch_size: 16
        accumulate: 4
        clip_norm: 0.5
        evaluate_every: 100
        save_every: 200
        keep_best: spearman
        early_stopping: { patience: 3, min_delta: 0.001 }
        group_by_length: false
        log: { every: 5, csv: true, tensorboard: false }
        activation_checkpointing: 2
        loss_scaling: { init_scale: 1024, growth_factor: 4, backoff_factor: 0.25, growth_interval: 100 }
        only: [encoder, bias]
        freeze: ['layer\\.[0-2]']
        prefix_cache: { type: bf16, folder: states }
        techniques:
          ema: { decay: 0.99 }
          swa: { start: 0.5 }
          gradual_unfreezing: { every: 50, layers: 2 }
      optimizer:
        adamw: { lr: 3.0e-5, weight_decay: 0.1, beta1: 0.8, beta2: 0.99, eps: 1.0e-6 }
        layer_decay: 0.9
        groups:
          - { match: classifier, lr: 1.0e-3 }
          - { match: lora_B, lr: 2.0e-4, weight_decay: 0 }
      schedule: { cosine: { warmup: 0.06 } }
      output: out/pairs
      """;

  @Test
  void everyKeyArrivesInItsComponent() throws IOException {
    Recipe recipe = read(FULL);
    assertThat(recipe.task()).isEqualTo(Recipe.Task.SENTENCE_EMBEDDING);
    assertThat(recipe.seed()).isEqualTo(7);
    assertThat(recipe.model())
        .isEqualTo(
            new Recipe.ModelPart("owner/name@main", Precision.BF16, Optional.of(0.2), List.of()));
    assertThat(recipe.data().train().columns()).containsExactly("first", "second", "score");
    assertThat(recipe.data().train().textPair()).contains("second");
    assertThat(recipe.data().train().limit()).isEqualTo(OptionalInt.of(1000));
    assertThat(recipe.data().validation().orElseThrow().path()).isEqualTo("dev.csv");
    assertThat(recipe.data().maxScore()).isEqualTo(5);
    assertThat(recipe.train())
        .isEqualTo(
            new Recipe.TrainPart(
                2,
                OptionalLong.empty(),
                16,
                4,
                0.5,
                Every.steps(100),
                Every.steps(200),
                Optional.of("spearman"),
                Optional.of(new EarlyStopping(3, 0.001)),
                false,
                Optional.of(new LogPart(5, true, false)),
                new MemorySaving(2, false),
                new LossScaling(1024, 4, 0.25, 100),
                new Freezing(List.of("encoder", "bias"), List.of("layer\\.[0-2]")),
                Optional.of(new PrefixCache(Optional.of(Path.of("states")), DType.BF16)),
                List.of(
                    new TechniquePart.Ema(0.99),
                    new TechniquePart.Swa(0.5),
                    new UnfreezingPart(Every.steps(50), 2))));
    assertThat(recipe.optimizer())
        .isEqualTo(
            new AdamW(3e-5, 0.1, 0.8, 0.99, 1e-6)
                .withLayerDecay(0.9)
                .withGroup("classifier", 1e-3)
                .withGroup("lora_B", 2e-4, 0));
    assertThat(recipe.schedule()).isEqualTo(Schedule.cosine(0.06));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "adamw: { lr: 0.001 }",
        "adamw_8bit: { lr: 0.001, smallest: 0 }",
        "adafactor: { weight_decay: 0.1 }",
        "adafactor: { lr: 0.001, beta1: 0.9 }",
        "sgd: { lr: 0.1, momentum: 0.8, nesterov: true }"
      })
  void everyOptimizerIsReadBack(String optimizer) throws IOException {
    Recipe recipe = read(SMALLEST + "optimizer: { " + optimizer + " }\n");
    assertThat(recipe.optimizer().key()).isEqualTo(optimizer.substring(0, optimizer.indexOf(':')));
    returnsFromJsonAndYaml(recipe);
  }

  @Test
  void whatChangesTheRowsDoesNotGoWithTheCache() throws IOException {
    refused(
        SMALLEST + "train: { prefix_cache: {}, techniques: { neftune: {} } }\n",
        "recipe.yaml:6: 'train.prefix_cache' does not go with 'neftune', which changes what the"
            + " frozen layers read or reads each row more than once; leave one of them out");
  }

  @Test
  void freeLbArrivesToo() throws IOException {
    String freeLb = "freelb: { steps: 3, step_size: 0.2, start: 0.05, radius: 0.6 }";
    Recipe recipe = read(SMALLEST + "train: { techniques: { " + freeLb + " } }\n");
    assertThat(recipe.train().techniques())
        .containsExactly(new TechniquePart.Adversary(new FreeLb.Settings(3, 0.2, 0.05, 0.6)));
    returnsFromJsonAndYaml(recipe);
  }

  @Test
  void adafactorHasRelativeStepsWhereNoRateIsGiven() throws IOException {
    assertThat(read(SMALLEST + "optimizer: { adafactor: {} }\n").optimizer())
        .isEqualTo(Adafactor.relative());
    assertThat(read(SMALLEST + "optimizer: { adafactor: { lr: 0.001 } }\n").optimizer())
        .isEqualTo(Adafactor.of(0.001));
  }

  private static final String WITH_LOSS =
      SMALLEST
          + """
          loss: { focal: 2, class_weights: { rare: 5, common: 0.5 } }
          train: { techniques: { r_drop: { alpha: 0.5 }, neftune: { alpha: 10 } } }
          """;

  @Test
  void theLossArrivesToo() throws IOException {
    Recipe recipe = read(WITH_LOSS);
    assertThat(recipe.loss())
        .isEqualTo(
            new ClassLoss(0, 2, new ClassLoss.Weighting.Named(Map.of("rare", 5.0, "common", 0.5))));
    assertThat(recipe.train().techniques())
        .containsExactly(new TechniquePart.Noise(10, 42), new TechniquePart.Agreement(0.5));
    returnsFromJsonAndYaml(recipe);
    Recipe balanced = read(SMALLEST + "loss: { label_smoothing: 0.1, class_weights: balanced }\n");
    assertThat(balanced.loss())
        .isEqualTo(new ClassLoss(0.1, 0, new ClassLoss.Weighting.Balanced()));
    returnsFromJsonAndYaml(balanced);
  }

  @Test
  void twoThatMoveTheWordsAreRefused() {
    assertThatThrownBy(
            () -> read(SMALLEST + "train: { techniques: { neftune: { alpha: 5 }, freelb: {} } }\n"))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("neftune and freelb both move the words' vectors; take one");
  }

  @ParameterizedTest
  @MethodSource("shipped")
  void aResolvedRecipeIsReadBackFromJsonAndYaml(Path file) throws IOException {
    returnsFromJsonAndYaml(Recipe.read(file, List.of("train.clip_norm=2", "model.dropout=0")));
  }

  @Test
  void theFullAndTheSmallestRecipeAreReadBack() throws IOException {
    returnsFromJsonAndYaml(read(FULL));
    returnsFromJsonAndYaml(read(SMALLEST));
  }

  /** run.json keeps the recipe beside other things; reading the run repeats it. */
  private void returnsFromJsonAndYaml(Recipe recipe) throws IOException {
    Map<String, Object> run = Map.of("recipe", recipe.toMap(), "seconds", 12.5);
    Path json = folder.resolve("run.json");
    new ObjectMapper().writerWithDefaultPrettyPrinter().writeValue(json.toFile(), run);
    assertThat(Recipe.read(json, List.of())).isEqualTo(recipe);
    Path yaml = folder.resolve("again.yaml");
    new YAMLMapper().writeValue(yaml.toFile(), recipe.toMap());
    assertThat(Recipe.read(yaml, List.of())).isEqualTo(recipe);
  }

  @Test
  void setOverridesByPathAndReadsValuesAsYamlDoes() throws IOException {
    Recipe recipe =
        read(
            FULL,
            "seed=9",
            "train.early_stopping.patience=5",
            "data.train.path=other=one.csv",
            "schedule={ constant: { warmup: 10 } }",
            "data.validation=0.2");
    assertThat(recipe.seed()).isEqualTo(9);
    assertThat(recipe.train().earlyStopping()).contains(new EarlyStopping(5, 0.001));
    assertThat(recipe.data().train().path()).isEqualTo("other=one.csv");
    assertThat(recipe.schedule()).isEqualTo(Schedule.constant(10));
    assertThat(recipe.data().validation()).isEmpty();
    assertThat(recipe.data().validationShare()).isEqualTo(0.2);
    assertThat(read(SMALLEST, "optimizer.adamw.lr=1e-4").optimizer()).isEqualTo(AdamW.of(1e-4));
  }

  @Test
  void wrongSetsAreNamedAsTheyWereGiven() throws IOException {
    refused(
        SMALLEST,
        "--set train.epoch=1: unknown key 'train.epoch'; did you mean 'epochs'?",
        "train.epoch=1");
    refused(
        SMALLEST,
        "--set trian.epochs=1: unknown key 'trian'; did you mean 'train'?",
        "trian.epochs=1");
    refused(
        SMALLEST,
        "--set train.epochs=many: 'train.epochs' is 'many', expected a whole number from 1 to 1048576",
        "train.epochs=many");
    refused(SMALLEST, "--set seed: expected key=value", "seed");
    String empty = ": no value after '='; null takes the key away, so that its default holds";
    refused(SMALLEST, "--set train.epochs=" + empty, "train.epochs=");
    refused(SMALLEST, "--set train.epochs= " + empty, "train.epochs= ");
    refused(SMALLEST, "--set train.epochs=#1" + empty, "train.epochs=#1");
    refused(SMALLEST, "--set =3: expected key=value", "=3");
    refused(SMALLEST, "--set seed.deep=1: 'seed' must be one value", "seed.deep=1");
  }

  @Test
  void unknownKeysAreShownWithTheirLineAndTheNearestName() throws IOException {
    refused(SMALLEST + "sed: 1\n", "recipe.yaml:6: unknown key 'sed'; did you mean 'seed'?");
    refused(
        SMALLEST + "train:\n  epochs: 1\n  batchsize: 8\n",
        "recipe.yaml:8: unknown key 'train.batchsize'; did you mean 'batch_size'?");
    refused(
        SMALLEST + "schedule: { linear: { warmpu: 0.1 } }\n",
        "recipe.yaml:6: unknown key 'schedule.linear.warmpu'; did you mean 'warmup'?");
    refused(SMALLEST + "zebra: 1\n", "recipe.yaml:6: unknown key 'zebra'");
    refused(
        SMALLEST + "schedule: { lineal: { warmup: 0.1 } }\n",
        "recipe.yaml:6: unknown key 'schedule.lineal'; did you mean 'linear'?");
  }

  @Test
  void wrongValuesAreShownWithTheirLine() throws IOException {
    refused(
        SMALLEST + "train:\n  epochs: 0\n",
        "recipe.yaml:7: 'train.epochs' is '0', expected a whole number from 1 to 1048576");
    refused(
        SMALLEST + "train:\n  batch_size: 1.5\n",
        "recipe.yaml:7: 'train.batch_size' is '1.5', expected a whole number from 1 to 1048576");
    refused(
        SMALLEST + "train:\n  group_by_length: maybe\n",
        "recipe.yaml:7: 'train.group_by_length' is 'maybe', expected one of true, false");
    refused(
        SMALLEST + "train:\n  save_every: often\n",
        "recipe.yaml:7: 'train.save_every' is 'often', expected epoch, never or a number of steps");
    refused(
        SMALLEST + "train:\n  activation_checkpointing: some\n",
        "recipe.yaml:7: 'train.activation_checkpointing' is 'some', expected true, false, or a whole"
            + " number of layers to compute again at a time");
    refused(
        SMALLEST + "train:\n  optimizer_in_backward: true\n",
        "recipe.yaml:6: train: optimizer_in_backward steps each layer by itself, and clip_norm (1.0)"
            + " needs the gradients of all; set clip_norm: Infinity");
    refused(
        SMALLEST + "train:\n  loss_scaling: { growth_factor: 1 }\n",
        "recipe.yaml:7: train: loss_scaling: growth_factor is 1.0, expected a number above 1");
    refused(
        SMALLEST + "train:\n  evaluate_every: 0\n",
        "recipe.yaml:7: 'train.evaluate_every' is '0', expected epoch, never or a number of steps");
    refused(
        SMALLEST + "optimizer:\n  adamw:\n    lr: -1\n",
        "recipe.yaml:8: 'optimizer.adamw.lr' is '-1', expected a number of at least 0");
    refused(
        SMALLEST + "optimizer:\n  adamw:\n    beta2: 1\n",
        "recipe.yaml:7: adamw: beta2 is 1.0, expected a number in [0, 1)");
    refused(SMALLEST + "train: 3\n", "recipe.yaml:6: 'train' must have keys below it");
    refused(SMALLEST + "seed: [1, 2]\n", "recipe.yaml:6: 'seed' must be one value");
    refused(
        SMALLEST.replace("text-classification", "text-clasification"),
        "recipe.yaml:1: 'task' is 'text-clasification', expected one of text-classification,"
            + " sentence-embedding, multi-task, continual, masked-lm, causal-lm, text-to-text,"
            + " pretraining, denoising; did you mean 'text-classification'?");
    refused(
        SMALLEST.replace("label: topic", "label: topic, score: s"),
        "recipe.yaml:4: data: both label ('topic') and score ('s') are given; a task predicts one"
            + " of them");
  }

  @Test
  void partsThatDisagreeAreFoundBeforeTheRun() throws IOException {
    refused(
        SMALLEST + "train: { keep_best: accuracy }\n",
        "recipe.yaml:1: 'train.keep_best' needs 'data.validation': examples to judge by, or a share"
            + " such as 0.1");
    refused(
        SMALLEST + "train: { early_stopping: { patience: 2 } }\n",
        "recipe.yaml:1: 'train.early_stopping' needs 'train.keep_best': the metric that must"
            + " improve");
    Path misspelt = file(SMALLEST + "train: { keep_best: acuracy }\n");
    assertThatThrownBy(() -> Recipe.read(misspelt, List.of()))
        .message()
        .startsWith(misspelt + ":6: 'train.keep_best' is 'acuracy', expected one of accuracy, ")
        .endsWith("; did you mean 'accuracy'?");
  }

  @Test
  void noLimitOfTheGradientsIsWrittenAndReadBack() throws IOException {
    Recipe recipe = read(SMALLEST, "train.clip_norm=Infinity");
    assertThat(recipe.train().clipNorm()).isInfinite();
    Path json = folder.resolve("run.json");
    new ObjectMapper().writeValue(json.toFile(), Map.of("recipe", recipe.toMap()));
    assertThat(Recipe.read(json, List.of())).isEqualTo(recipe);
  }

  @Test
  void anOptimizerIsNamed() throws IOException {
    String none =
        "recipe.yaml:6: 'optimizer' names none, expected one of adamw, adamw_8bit, adafactor, sgd, such as"
            + " optimizer: { adamw: { lr: 2.0e-5 } }";
    refused(SMALLEST + "optimizer: {}\n", none);
    refused(
        SMALLEST + "optimizer: { adamw: }\n",
        "recipe.yaml:6: 'optimizer.adamw' must have keys below it");
    refused(
        SMALLEST + "optimizer: { adam: { lr: 1 } }\n",
        "recipe.yaml:6: unknown key 'optimizer.adam'; did you mean 'adamw'?");
  }

  @Test
  void aScheduleIsOneOfThree() throws IOException {
    refused(
        SMALLEST + "schedule: { linear: {}, cosine: {} }\n",
        "recipe.yaml:6: 'schedule' names linear and cosine, expected one of linear, cosine,"
            + " constant");
    refused(
        SMALLEST + "schedule: {}\n",
        "recipe.yaml:6: 'schedule' names none, expected one of linear, cosine, constant");
  }

  @Test
  void whatIsMissingIsNamed() throws IOException {
    refused("seed: 1\n", "recipe.yaml:1: 'task' is missing");
    refused(SMALLEST.replace("output: out/a\n", ""), "recipe.yaml:1: 'output' is missing");
    refused(SMALLEST.replace("path: a.csv, ", ""), "recipe.yaml:4: 'data.train.path' is missing");
    refused(SMALLEST.replace("text: body, ", ""), "recipe.yaml:4: 'data.train.text' is missing");
    refused("", "recipe.yaml: is empty, expected a recipe");
    Path nowhere = folder.resolve("nowhere.yaml");
    assertThatThrownBy(() -> Recipe.read(nowhere, List.of()))
        .hasMessage("recipe: there is no file " + nowhere);
    assertThatThrownBy(() -> Recipe.read(folder, List.of()))
        .hasMessage("recipe: " + folder + " is a folder, expected a YAML file");
  }

  @Test
  void brokenYamlGivesOneLine() throws IOException {
    refused(SMALLEST + "seed: 1\nseed: 2\n", "recipe.yaml:7: key 'seed' is given twice");
    refused(
        SMALLEST + "train:\n\tepochs: 1\n",
        "recipe.yaml:7: not valid YAML: found character '\\t(TAB)' that cannot start any"
            + " token. (Do not use \\t(TAB) for indentation)");
    refused(
        SMALLEST + "train: { epochs: 1\nseed: 1\n",
        "recipe.yaml:7: not valid YAML: expected ',' or '}', but got :");
    for (String broken :
        List.of("a: [1, 2", "a: b: c", "}{", "a: \"open", "- task\n", "just text", "&a [*a]")) {
      Path file = file(broken);
      assertThatThrownBy(() -> Recipe.read(file, List.of()))
          .as(broken)
          .isInstanceOf(UsageException.class)
          .message()
          .startsWith(file + ":")
          .doesNotContain("\n");
    }
  }

  @Test
  void hostileFilesAreRefusedQuickly() throws IOException {
    StringBuilder bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 20; i++) {
      String before = "*a" + (i - 1);
      bomb.append("a%d: &a%d [%s]\n".formatted(i, i, String.join(", ", List.of(before, before))));
    }
    refused(
        bomb.toString(), "recipe.yaml:2: aliases (*name) are not read in recipes; write it out");
    Path deep = file("a: " + "[".repeat(100_000));
    assertThatThrownBy(() -> Recipe.read(deep, List.of()))
        .isInstanceOf(UsageException.class)
        .message()
        .doesNotContain("\n");
    Path large = file("#" + "x".repeat(1 << 20));
    assertThatThrownBy(() -> Recipe.read(large, List.of()))
        .hasMessage("recipe: " + large + " is larger than a recipe can be (1 MiB)");
    Path latin = folder.resolve("latin.yaml");
    Files.write(latin, "task: caf\u00e9\n".getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> Recipe.read(latin, List.of()))
        .hasMessage("recipe: " + latin + " is not UTF-8 text");
  }
}
