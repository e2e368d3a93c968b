package org.attune.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.attune.UsageException;
import org.attune.train.Precision;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Recipes of language modelling: what is read, and whole runs of tiny models; seed 42. */
class LanguageRecipeTest {
  @TempDir Path folder;

  static Stream<Path> shipped() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("..", "recipes"))) {
      return files
          .filter(file -> file.toString().endsWith(".yaml"))
          .filter(file -> Job.read(file, List.of()) instanceof LanguageRunner)
          .sorted()
          .toList()
          .stream();
    }
  }

  private static LanguageRecipe recipe(Path file, String... sets) {
    return ((LanguageRunner) Job.read(file, List.of(sets))).recipe();
  }

  @ParameterizedTest
  @MethodSource("shipped")
  void everyShippedRecipeIsReadAndReadBack(Path file) throws IOException {
    LanguageRecipe recipe = recipe(file, "train.clip_norm=2");
    String name = file.getFileName().toString().replace(".yaml", "");
    assertThat(recipe.output()).isEqualTo(Path.of("out", name));
    assertThat(Files.readString(file)).contains("#     ./attune train recipes/" + name + ".yaml");
    Path json = folder.resolve("run.json");
    new ObjectMapper()
        .writeValue(json.toFile(), Map.of("recipe", LanguageWriter.map(recipe), "seconds", 1));
    assertThat(recipe(json)).isEqualTo(recipe);
  }

  private static Path tokenizer(String name) {
    try {
      return Path.of(LanguageRecipeTest.class.getResource("/golden/tokenizer/" + name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** transformers' defaults are 0.1, so a key that is not there must be written. */
  @Test
  void dropoutReachesKeysThatTheConfigDoesNotMention() {
    var part =
        new LanguageRecipe.ModelPart(
            Optional.empty(),
            Map.of("model_type", "gpt2", "embd_pdrop", 0.3),
            Optional.of(tokenizer("gpt2").toString()),
            Precision.FP32,
            Optional.of(0.0));
    try (var base = new LanguageRunner.Base(part)) {
      for (String key : List.of("embd_pdrop", "attn_pdrop", "resid_pdrop", "classifier_dropout")) {
        assertThat(base.config().optionalDouble(key, 0, 1)).as(key).hasValue(0);
      }
      base.tokenizer().close();
    }
  }

  private Path causal(Path output) throws IOException {
    return tiny(
        folder,
        "{ max_steps: 12, batch_size: 4, evaluate_every: 4, save_every: 3, keep_best: perplexity }",
        output);
  }

  /** A recipe of a tiny language model from random weights, with its text. */
  static Path tiny(Path folder, String train, Path output) throws IOException {
    Path text = folder.resolve("text.txt");
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 200; i++) {
      lines.append("the ").append(i).append(" ships sailed over the sea and came home\n");
    }
    Files.writeString(text, lines);
    return Files.writeString(
        folder.resolve("recipe.yaml"),
        """
        task: causal-lm
        model:
          config: { model_type: gpt2, n_layer: 1, n_head: 2, n_embd: 16, n_positions: 32 }
          tokenizer: %s
          precision: fp32
        data:
          train: { path: %s }
          validation: 0.1
          max_length: 32
        train: %s
        optimizer: { adamw: { lr: 1.0e-2 } }
        output: %s
        """
            .formatted(tokenizer("gpt2"), text, train, output));
  }

  @Test
  void aRunLeavesAModelItsMetricsItsPageAndItsRecipe() throws IOException {
    Path output = folder.resolve("out");
    Runner.Result result = Job.read(causal(output), List.of()).run();
    assertThat(result.training().steps()).isEqualTo(12);
    JsonNode metrics = new ObjectMapper().readTree(output.resolve("metrics.json").toFile());
    double loss = metrics.at("/validation/loss/value").doubleValue();
    assertThat(loss).isBetween(1.0, 6.3);
    assertThat(metrics.at("/validation/perplexity/value").doubleValue()).isEqualTo(Math.exp(loss));
    assertThat(output)
        .isDirectoryContaining("glob:**/model.safetensors")
        .isDirectoryContaining("glob:**/config.json")
        .isDirectoryContaining("glob:**/vocab.json");
    assertThat(Files.readString(output.resolve("README.md")))
        .contains("Trained from random weights on", "pipeline_tag: text-generation", "perplexity");
    JsonNode run = new ObjectMapper().readTree(output.resolve("run.json").toFile());
    assertThat(run.at("/data/train/documents").intValue()).isEqualTo(200);
    assertThat(run.at("/data/train/sha256").asText()).hasSize(64);
    assertThat(recipe(output.resolve("run.json"))).isEqualTo(recipe(causal(output)));
  }

  @Test
  void chatsAreLearnedByTheTokenizersTemplateWhichStaysWithTheModel() throws IOException {
    Path tokenizer = Files.createDirectory(folder.resolve("tokenizer"));
    for (String file : List.of("config.json", "vocab.json", "merges.txt")) {
      Files.copy(tokenizer("gpt2").resolve(file), tokenizer.resolve(file));
    }
    Path template =
        Files.writeString(
            tokenizer.resolve("chat_template.jinja"),
            "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}"
                + "{% if add_generation_prompt %}assistant:{% endif %}");
    String row =
        "{\"messages\": [{\"role\": \"user\", \"content\": \"hi %d\"},"
            + " {\"role\": \"assistant\", \"content\": \"hello\"}]}\n";
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < 40; i++) {
      rows.append(row.formatted(i));
    }
    Path chats = Files.writeString(folder.resolve("chats.jsonl"), rows);
    Path output = folder.resolve("out");
    Path file =
        Files.writeString(
            folder.resolve("chats.yaml"),
            """
            task: causal-lm
            model:
              config: { model_type: gpt2, n_layer: 1, n_head: 2, n_embd: 16, n_positions: 64 }
              tokenizer: %s
              precision: fp32
            data: { train: { path: %s, messages: messages, limit: 30 }, validation: 0.2, max_length: 64 }
            train: { epochs: 3, batch_size: 8, keep_best: perplexity }
            optimizer: { adamw: { lr: 1.0e-2 } }
            output: %s
            """
                .formatted(tokenizer, chats, output));
    Runner.Result result = Job.read(file, List.of()).run();
    assertThat(result.training().steps()).isEqualTo(9);
    assertThat(output.resolve("chat_template.jinja")).hasSameTextualContentAs(template);
    assertThat(Files.readString(output.resolve("README.md")))
        .contains("on `chats.jsonl` with", "## Results on the validation set of chats.jsonl");
    assertThat(recipe(output.resolve("run.json"))).isEqualTo(recipe(file));
    refused(file, "task=masked-lm", "'data.train' has 'messages', which task masked-lm does not");
  }

  @Test
  void aStoppedRunGoesOnToTheSameBytes() throws IOException {
    Path whole = folder.resolve("whole");
    Path cut = folder.resolve("cut");
    Job.read(causal(whole), List.of()).run();
    AtomicInteger asked = new AtomicInteger();
    Runner.Result first =
        Job.read(causal(cut), List.of()).stopWhen(() -> asked.incrementAndGet() > 7).run();
    assertThat(first.stopped()).isTrue();
    Job.read(causal(cut), List.of()).resume(true).run();
    assertThat(cut.resolve("model.safetensors"))
        .hasSameBinaryContentAs(whole.resolve("model.safetensors"));
  }

  @Test
  void mistakesHaveTheirLine() throws IOException {
    Path file = causal(folder.resolve("out"));
    refused(file, "data.packing=close", "'data.packing' is 'close', expected one of concatenate");
    refused(file, "data.train.documents=page", "'data.train.documents' is 'page', expected one of");
    refused(file, "data.train.colum=x", "unknown key 'data.train.colum'");
    refused(file, "train.max_steps=0", "'train.max_steps' is '0', expected a whole number from 1");
    refused(file, "model.checkpoint=x", "'model' needs either 'checkpoint' to go on from, or");
    refused(file, "model.tokenizer=null", "'model.tokenizer' is missing");
    refused(file, "task=denoising", "'objective' is missing");
    refused(file, "task=text-to-text", "'data.train' needs 'prompt' and 'answer'");
    refused(
        file,
        "data.train={path: a.json, prompt: \"x\", answer: \"{b}\"}",
        "data: 'x' names no column");
  }

  private static void refused(Path file, String set, String message) {
    assertThatThrownBy(() -> Job.read(file, List.of(set)).run())
        .as(set)
        .isInstanceOf(UsageException.class)
        .hasMessageContaining(message);
  }
}
