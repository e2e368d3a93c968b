package org.attune.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.attune.cli.Outcome.attune;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.attune.checkpoint.ConfigJson;
import org.attune.models.Model;
import org.attune.models.Pretrained;
import org.attune.tensor.Rng;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code generate} and {@code score} as a user meets them, on a tiny random GPT-2. */
class GenerateCliTest {
  @TempDir private Path folder;

  private String model() {
    return folder.resolve("model").toString();
  }

  @BeforeEach
  void saveAModel() throws IOException {
    Files.createDirectories(folder.resolve("model"));
    ConfigJson config =
        ConfigJson.parse(
            "{\"model_type\": \"gpt2\", \"architectures\": [\"GPT2LMHeadModel\"], \"n_embd\": 16,"
                + " \"n_layer\": 2, \"n_head\": 2, \"n_positions\": 24, \"vocab_size\": 31}");
    try (Model model = Pretrained.create(config)) {
      model.initialize(new Rng(3), 0.3);
      Pretrained.save(model, folder.resolve("model"));
    }
    Files.writeString(
        folder.resolve("model/generation_config.json"),
        "{\"eos_token_id\": [2], \"max_new_tokens\": 4, \"guidance_scale\": 2}");
  }

  private List<JsonNode> run(String command, List<String> rows, String... options)
      throws IOException {
    Path input = Files.write(folder.resolve("in.jsonl"), rows);
    Path output = folder.resolve("out.jsonl");
    List<String> args =
        new ArrayList<>(
            List.of(command, model(), "--input", input.toString(), "--output", output.toString()));
    args.addAll(List.of(options));
    Outcome outcome = attune(args.toArray(new String[0]));
    assertThat(outcome.code()).as(outcome.err()).isZero();
    List<JsonNode> answers = new ArrayList<>();
    for (String line : Files.readAllLines(output)) {
      answers.add(new ObjectMapper().readTree(line));
    }
    return answers;
  }

  private void fails(int code, String message, String... args) {
    Outcome outcome = attune(args);
    assertThat(outcome.err()).contains(message);
    assertThat(outcome.code()).isEqualTo(code);
  }

  @Test
  void generateHonoursTheSavedSettingsAndOptionsOverruleThem() throws IOException {
    List<String> rows = List.of("{\"input_ids\": [5, 6, 7]}", "{\"input_ids\": [9]}");
    List<JsonNode> saved = run("generate", rows);
    assertThat(saved).hasSize(2);
    assertThat(saved.get(0).path("token_ids").size()).isBetween(1, 4);
    List<JsonNode> longer =
        run(
            "generate",
            rows,
            "--max-new-tokens",
            "9",
            "--beams",
            "3",
            "--num-return-sequences",
            "2",
            "--length-penalty",
            "0.6",
            "--early-stopping",
            "never");
    assertThat(longer.get(1).path("sequences")).hasSize(2);
    assertThat(longer.get(1).path("score").isNumber()).isTrue();
  }

  @Test
  void aSeedDrawsTheSameWhateverTheBatch() throws IOException {
    List<String> rows =
        List.of("{\"input_ids\": [5, 6]}", "{\"input_ids\": [9, 3, 4]}", "{\"input_ids\": [8]}");
    String[] draw = {"--do-sample", "--seed", "5", "--top-k", "0", "--max-new-tokens", "8"};
    List<JsonNode> together = run("generate", rows, draw);
    List<JsonNode> alone = run("generate", rows.subList(1, 2), draw);
    assertThat(alone.get(0)).isEqualTo(together.get(1));
  }

  @Test
  void scoreGivesALogProbabilityForEachTokenButTheFirst() throws IOException {
    List<JsonNode> scores = run("score", List.of("{\"input_ids\": [5, 6, 7, 8]}"));
    assertThat(scores.get(0).path("token_ids")).hasSize(3);
    double sum = 0;
    for (JsonNode one : scores.get(0).path("log_probs")) {
      assertThat(one.asDouble()).isNegative();
      sum += one.asDouble();
    }
    assertThat(scores.get(0).path("perplexity").asDouble())
        .isCloseTo(Math.exp(-sum / 3), org.assertj.core.api.Assertions.within(1e-9));
  }

  @Test
  void warningsAreSaidAndMistakesAreRefusedInOneLine() throws IOException {
    Path input =
        Files.writeString(
            folder.resolve("in.jsonl"), "{\"input_ids\": [5]}\n{\"input_ids\": [77]}\n");
    String[] files = {
      "generate", model(), "--input", input.toString(), "--output", folder.resolve("o").toString()
    };
    fails(1, input + ":2: the prompt has token 77, the vocabulary has 0 to 30", files);
    fails(1, "generation_config.json sets guidance_scale, not applied", files);
    assertThat(folder.resolve("o")).doesNotExist();
    fails(2, "give --input and --output, or --prompt", "generate", model());
    fails(
        2,
        "early_stopping is 'maybe', expected true, false or never",
        with(files, "--early-stopping", "maybe"));
    fails(2, "need --do-sample", with(files, "--temperature", "0.5"));
    fails(
        2,
        "temperature is 0.0, expected above 0",
        with(files, "--do-sample", "--temperature", "0"));
    fails(
        2,
        "num_return_sequences (3) is above num_beams (2)",
        with(files, "--beams", "2", "--num-return-sequences", "3"));
    fails(1, "the model's folder has no tokenizer", "generate", model(), "--prompt", "hello");
    fails(1, "does not write", "generate", "builtin:all-minilm-l6-v2", "--prompt", "hello");
    Files.writeString(input, "{\"input_ids\": []}\n");
    fails(1, input + ":1: the prompt is empty", files);
    fails(1, input + ":1: input_ids is empty", "score", model(), "--input", input.toString());
  }

  /** The folder's tokenizer, of 500 ids, is of another model: this one has 31 embeddings. */
  @Test
  void aTokenizerOfAnotherModelIsRefusedBeforeAnythingIsWritten() throws IOException {
    Path other = Path.of("../attune-core/src/test/resources/golden/tokenizer/gpt2");
    for (String file : List.of("vocab.json", "merges.txt")) {
      Files.copy(other.resolve(file), folder.resolve("model").resolve(file));
    }
    String refusal = "ids up to 499, but the model has only 31 embeddings";
    fails(1, refusal, "generate", model(), "--prompt", "hello");
    Path input = Files.writeString(folder.resolve("in.jsonl"), "{\"text\": \"hello\"}\n");
    fails(1, refusal, "score", model(), "--input", input.toString());
  }

  @Test
  void lengthsAndEndsThatAreMissing() throws IOException {
    Path input = folder.resolve("in.jsonl");
    String[] files = {
      "generate", model(), "--input", input.toString(), "--output", folder.resolve("o").toString()
    };
    Files.writeString(input, "{\"input_ids\": [" + "5, ".repeat(23) + "5]}\n");
    fails(1, input + ":1: the prompt has 24 tokens, the model has positions for 24", files);
    Files.writeString(input, "{\"input_ids\": \"5\"}\n");
    fails(1, input + ":1: 'input_ids' is \"5\", expected a list of token ids", files);
    Files.writeString(input, "{\"input_ids\": [5]}\n");
    Path saved = folder.resolve("model/generation_config.json");
    Files.writeString(saved, "{\"eos_token_id\": 31}");
    fails(2, "the settings name token 31, the vocabulary has 0 to 30", files);
    Files.writeString(saved, "{}");
    fails(0, "the model names no eos_token_id; only max_new_tokens ends a text", files);
  }

  private static String[] with(String[] args, String... more) {
    List<String> all = new ArrayList<>(List.of(args));
    all.addAll(List.of(more));
    return all.toArray(new String[0]);
  }
}
