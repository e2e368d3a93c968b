package org.attune.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.attune.cli.Outcome.attune;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands as a user meets them: exit code, stdout and stderr. */
class CliTest {
  private static final String MODEL = "builtin:all-minilm-l6-v2";

  @TempDir private Path folder;

  /** What one command left behind. */
  private static void fails(int code, String message, String... args) {
    Outcome outcome = attune(args);
    assertThat(outcome.err().lines().filter(line -> !line.startsWith("Warning: Versions of")))
        .containsExactlyElementsOf(message.lines().toList());
    assertThat(outcome.code()).isEqualTo(code);
    assertThat(outcome.out()).isEmpty();
  }

  private static JsonNode json(String... args) throws IOException {
    Outcome outcome = attune(args);
    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(outcome.out().lines()).hasSize(1);
    return new ObjectMapper().readTree(outcome.out());
  }

  // ---- the command line itself

  @Test
  void noCommandIsAMistakeOfUse() {
    fails(2, "attune: name a command\nattune: see 'attune --help'");
    fails(
        2,
        "attune: name what to measure: train, step, infer, tokenize or generate\nattune: see 'attune bench --help'",
        "bench");
  }

  @Test
  void misspeltCommandIsSuggested() {
    fails(
        2,
        "attune: Unmatched argument at index 0: 'trian'\nattune: did you mean 'train'?\n"
            + "attune: see 'attune --help'",
        "trian");
  }

  @Test
  void misspeltOptionIsSuggested() {
    fails(
        2,
        "attune: Unknown option: '--tensor'\nattune: did you mean '--tensors'?\n"
            + "attune: see 'attune inspect --help'",
        "inspect",
        MODEL,
        "--tensor");
  }

  @Test
  void missingOptionsAreNamed() {
    fails(
        2,
        "attune: Missing required options: '--input=FILE', '--output=FILE'\n"
            + "attune: see 'attune predict --help'",
        "predict",
        MODEL);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "quickstart",
        "train",
        "eval",
        "predict",
        "forward",
        "inspect",
        "info",
        "bench",
        "bench train",
        "bench infer",
        "bench tokenize"
      })
  void helpOfEveryCommandHasAnExample(String command) {
    String[] args = (command + " --help").split(" ");
    Outcome outcome = attune(args);
    assertThat(outcome.code()).isZero();
    assertThat(outcome.out()).contains("Example:").contains("  attune " + command);
    assertThat(outcome.err()).isEmpty();
  }

  @Test
  void helpNamesEveryCommand() {
    Outcome outcome = attune("--help");
    assertThat(outcome.code()).isZero();
    for (String command :
        List.of("quickstart", "train", "eval", "predict", "forward", "inspect", "info", "bench")) {
      assertThat(outcome.out()).contains("  " + command + " ");
    }
  }

  // ---- wrong input

  @Test
  void missingModelIsAFailure() {
    Path missing = folder.resolve("none");
    Outcome outcome = attune("inspect", missing.toString());
    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err()).startsWith("attune: checkpoint: ").contains(missing.toString());
    assertThat(outcome.err().lines()).hasSize(1);
  }

  @Test
  void badRecipeIsAMistakeOfUse() throws IOException {
    Path missing = folder.resolve("none.yaml");
    fails(2, "attune: recipe: there is no file " + missing, "train", missing.toString());
    Path recipe =
        Files.writeString(folder.resolve("a.yaml"), "task: text-classification\nmodle: x\n");
    fails(2, "attune: " + recipe + ":1: 'model' is missing", "train", recipe.toString());
  }

  @Test
  void predictNamesMissingInputAndBadLines() throws IOException {
    Path missing = folder.resolve("none.jsonl");
    Path output = folder.resolve("out.jsonl");
    predictFails("input: there is no file " + missing, missing, output);

    Path input = folder.resolve("in.jsonl");
    Files.writeString(input, "{\"text\": \"good\"}\n\n[1]\n");
    predictFails(input + ":3: expected a JSON object", input, output);
    Files.writeString(input, "{\"text\": 3}\n");
    predictFails(input + ":1: 'text' is 3, expected a string", input, output);
    Files.writeString(input, "{\"txt\": \"a\"}\n");
    predictFails(input + ":1: 'text' is missing, expected a string", input, output);
    Files.write(input, new byte[] {'{', (byte) 0xff, '}', '\n'});
    predictFails("input: " + input + " is not UTF-8", input, output);

    Files.writeString(input, "{\"text\": \"good\"}\n{\"text\": \n");
    Outcome outcome =
        attune("predict", MODEL, "--input", input.toString(), "--output", output.toString());
    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.err()).startsWith("attune: " + input + ":2: not valid JSON: ");
    assertThat(output).doesNotExist();
  }

  private static void predictFails(String message, Path input, Path output) {
    fails(
        1,
        "attune: " + message,
        "predict",
        MODEL,
        "--input",
        input.toString(),
        "--output",
        output.toString());
    assertThat(output).doesNotExist();
  }

  @Test
  void forwardRefusesNumbersTheModelCannotTake() throws IOException {
    forwardFails(
        "{\"input_ids\": [101, 30522]}",
        "'input_ids' has 30522 at place 1, expected a whole number from 0 to 30521");
    forwardFails(
        "{\"input_ids\": [101, -1]}",
        "'input_ids' has -1 at place 1, expected a whole number from 0 to 30521");
    forwardFails(
        "{\"input_ids\": [1.5]}",
        "'input_ids' has 1.5 at place 0, expected a whole number from 0 to 30521");
    forwardFails("{\"input_ids\": []}", "'input_ids' is missing or empty");
    forwardFails("{}", "'input_ids' is missing or empty");
    forwardFails(
        "{\"input_ids\": [101, 102], \"attention_mask\": [1]}",
        "'attention_mask' has 1 numbers, input_ids 2");
    forwardFails(
        "{\"input_ids\": [101, 102], \"attention_mask\": [1, 2]}",
        "'attention_mask' has 2 at place 1, expected a whole number from 0 to 1");
    forwardFails(
        "{\"input_ids\": [101, 102], \"token_type_ids\": [0, 2]}",
        "'token_type_ids' has 2 at place 1, expected a whole number from 0 to 1");
    String tooLong = Arrays.toString(new int[513]);
    forwardFails(
        "{\"input_ids\": " + tooLong + "}",
        "'input_ids' has 513 numbers, the model has positions for 512");
  }

  @Test
  void forwardReadsADecodersIds() throws IOException {
    String t5 = "../attune-core/src/test/resources/golden/t5/conditional_generation";
    Path input = folder.resolve("ids.jsonl");
    Path output = folder.resolve("logits.jsonl");
    Files.writeString(
        input,
        "{\"input_ids\": [5, 9, 1], \"decoder_input_ids\": [0, 7], \"decoder_attention_mask\": [1, 1]}\n");
    attune("forward", t5, "--input", input.toString(), "--output", output.toString());
    JsonNode logits = new ObjectMapper().readTree(Files.readString(output)).path("logits");
    assertThat(logits.size()).isEqualTo(2);
    assertThat(logits.path(1).size()).isEqualTo(47);
    forwardFails(
        t5,
        "{\"input_ids\": [5, 1]}",
        "t5: the input has no decoder ids, and this model's decoder needs some; give decoder_input_ids,"
            + " for training the labels shifted right");
    forwardFails(
        t5,
        "{\"input_ids\": [5, 1], \"decoder_input_ids\": [47]}",
        "'decoder_input_ids' has 47 at place 0, expected a whole number from 0 to 46");
    forwardFails(
        t5,
        "{\"input_ids\": [5, 1], \"decoder_input_ids\": [0, 3], \"decoder_attention_mask\": [1]}",
        "'decoder_attention_mask' has 1 numbers, decoder_input_ids 2");
    forwardFails(
        "{\"input_ids\": [101, 102], \"decoder_input_ids\": [0]}",
        "'decoder_input_ids' is given, but BertModel has no decoder that reads them; leave it out");
  }

  @Test
  void forwardReadsChoices() throws IOException {
    String choosing = "../attune-core/src/test/resources/golden/bert/multiple_choice";
    Path input = folder.resolve("ids.jsonl");
    Path output = folder.resolve("logits.jsonl");
    Files.writeString(
        input,
        "{\"input_ids\": [[5, 9, 2], [5, 7, 0]], \"attention_mask\": [[1, 1, 1], [1, 1, 0]]}\n");
    attune("forward", choosing, "--input", input.toString(), "--output", output.toString());
    JsonNode logits = new ObjectMapper().readTree(Files.readString(output)).path("logits");
    assertThat(logits).hasSize(2).allMatch(JsonNode::isNumber);
    forwardFails(
        choosing,
        "{\"input_ids\": [[5, 9, 2], [5, 7]]}",
        "'input_ids' has [5,7] as choice 1, expected for each choice a list of as many numbers; pad"
            + " them to one length and give attention_mask");
    forwardFails(choosing, "{\"input_ids\": []}", "'input_ids' is missing or empty");
    forwardFails(
        choosing,
        "{\"input_ids\": [5, 9]}",
        "'input_ids' has 5 as choice 0, expected for each choice a list of as many numbers; pad them"
            + " to one length and give attention_mask");
    forwardFails(choosing, "{\"input_ids\": [[]]}", "'input_ids' is missing or empty");
    forwardFails(
        "{\"input_ids\": [[101, 102]]}",
        "'input_ids' has [101,102] at place 0, expected a whole number from 0 to 30521");
  }

  /** A masked language model read as a body: what it lacks and what it has no use for is said. */
  @Test
  void forwardNamesTheTensorsThatABodyDoesWithout() throws IOException {
    Path golden = Path.of("../attune-core/src/test/resources/golden/bert/masked_lm");
    Path body = Files.createDirectories(folder.resolve("body"));
    Files.copy(golden.resolve("model.safetensors"), body.resolve("model.safetensors"));
    String config = Files.readString(golden.resolve("config.json"));
    Files.writeString(body.resolve("config.json"), config.replace("BertForMaskedLM", "BertModel"));
    Path input = Files.writeString(folder.resolve("in.jsonl"), "{\"input_ids\": [5, 6]}\n");
    Path output = folder.resolve("out.jsonl");
    Outcome outcome =
        attune(
            "forward", body.toString(), "--input", input.toString(), "--output", output.toString());
    assertThat(outcome.code()).isZero();
    assertThat(Files.readString(output)).contains("last_hidden_state");
    assertThat(outcome.err().lines())
        .hasSize(2)
        .anyMatch(line -> line.startsWith("attune: in the checkpoint but not used: cls."))
        .anyMatch(line -> line.endsWith("them: pooler.dense.weight, pooler.dense.bias"));
  }

  /** Each says what the model is and what it can be used for. */
  @Test
  void aMultipleChoiceModelIsRefusedWhereItHasNoUse() throws IOException {
    String choosing = "../attune-core/src/test/resources/golden/bert/multiple_choice";
    Path input = Files.writeString(folder.resolve("in.jsonl"), "{\"input_ids\": [5]}\n");
    for (String command : List.of("predict", "generate", "score")) {
      Outcome outcome =
          attune(
              command,
              choosing,
              "--input",
              input.toString(),
              "--output",
              folder.resolve("out.jsonl").toString());
      assertThat(outcome.code()).as(command).isEqualTo(1);
      assertThat(outcome.err().lines()).as(command).hasSize(1);
      assertThat(outcome.err()).as(command).contains("BertForMultipleChoice");
    }
  }

  private void forwardFails(String row, String message) throws IOException {
    forwardFails(MODEL, row, message);
  }

  private void forwardFails(String model, String row, String message) throws IOException {
    Path input = Files.writeString(folder.resolve("ids.jsonl"), row + "\n");
    Path output = folder.resolve("refused.jsonl");
    fails(
        1,
        "attune: " + input + ":1: " + message,
        "forward",
        model,
        "--input",
        input.toString(),
        "--output",
        output.toString());
    assertThat(output).doesNotExist();
  }

  // ---- results

  @Test
  void inspectPrintsOneObject() throws IOException {
    JsonNode result = json("inspect", MODEL, "--json", "--tensors");
    assertThat(result.path("parameters").asLong()).isBetween(22_000_000L, 23_000_000L);
    assertThat(result.path("tensors").size()).isGreaterThan(100);
    assertThat(result.at("/bytes_by_type/F32").asLong())
        .isEqualTo(result.path("bytes").asLong())
        .isEqualTo(4 * result.path("parameters").asLong());
    assertThat(result.path("output_tied_to").isMissingNode()).isTrue();
  }

  @Test
  void inspectNamesTypesAndTheTiedOutput() throws IOException {
    Path tied = masked("model");
    JsonNode result = json("inspect", tied.toString(), "--json");
    assertThat(result.path("output_tied_to").asText())
        .isEqualTo("bert.embeddings.word_embeddings.weight");
    assertThat(result.path("bytes_by_type").toString()).isEqualTo("{\"F32\":24,\"BF16\":4}");
    Outcome outcome = attune("inspect", tied.toString());
    assertThat(outcome.code()).isZero();
    assertThat(outcome.out().lines())
        .containsExactly(
            tied
                + ": [BertForMaskedLM], 8 parameters in 2 tensors, 28 bytes (24 of F32, 4 of BF16)",
            "  " + tied,
            "  output layer tied to bert.embeddings.word_embeddings.weight");
  }

  /** A masked-language model's folder, as far as inspect looks. */
  private Path masked(String name) throws IOException {
    Path model = Files.createDirectories(folder.resolve(name));
    Files.writeString(
        model.resolve("config.json"),
        "{\"model_type\": \"bert\", \"architectures\": [\"BertForMaskedLM\"]}");
    byte[] header =
        ("{\"bert.embeddings.word_embeddings.weight\":"
                + "{\"dtype\":\"F32\",\"shape\":[3,2],\"data_offsets\":[0,24]},"
                + "\"cls.predictions.bias\":"
                + "{\"dtype\":\"BF16\",\"shape\":[2],\"data_offsets\":[24,28]}}")
            .getBytes(StandardCharsets.UTF_8);
    ByteBuffer file = ByteBuffer.allocate(8 + header.length + 28).order(ByteOrder.LITTLE_ENDIAN);
    file.putLong(header.length).put(header);
    Files.write(model.resolve("model.safetensors"), file.array());
    return model;
  }

  @Test
  void infoPrintsOneObject() throws IOException {
    JsonNode result = json("info", "--json");
    assertThat(result.path("engine").asText()).startsWith("libtorch 2");
    assertThat(result.path("gemm_fp32_gflops").asLong()).isPositive();
  }

  @Test
  void evalPrintsOneObject() throws IOException {
    Path pairs =
        Files.writeString(
            folder.resolve("pairs.csv"),
            "a,b,alike\na cat,a kitten,1\na cat,the market fell,0\nrain,heavy rain,0.9\n");
    JsonNode result =
        json(
            "eval",
            MODEL,
            "--data",
            pairs.toString(),
            "--text",
            "a",
            "--text-pair",
            "b",
            "--score",
            "alike",
            "--json");
    assertThat(result.path("examples").asInt()).isEqualTo(3);
  }

  @Test
  void predictPrintsOneObjectAndWritesARowForEachInKeptOrder() throws IOException {
    Path input =
        Files.writeString(
            folder.resolve("in.jsonl"), "{\"text\": \"a cat\"}\n\n{\"text\": \"a longer text\"}\n");
    Path output = folder.resolve("out.jsonl");
    JsonNode result =
        json(
            "predict", MODEL, "--input", input.toString(), "--output", output.toString(), "--json");
    assertThat(result.path("rows").asInt()).isEqualTo(2);
    List<String> rows = Files.readAllLines(output);
    assertThat(rows).hasSize(2).allMatch(row -> row.startsWith("{\"embedding\":["));
  }

  @Test
  void forwardWritesTheLastHiddenState() throws IOException {
    Path input =
        Files.writeString(folder.resolve("in.jsonl"), "{\"input_ids\": [101, 2023, 102]}\n");
    Path output = folder.resolve("out.jsonl");
    Outcome outcome =
        attune("forward", MODEL, "--input", input.toString(), "--output", output.toString());
    assertThat(outcome.code()).isZero();
    assertThat(outcome.out()).isEqualTo("1 rows written to " + output + "\n");
    JsonNode state = new ObjectMapper().readTree(output.toFile()).path("last_hidden_state");
    assertThat(state).hasSize(3);
    assertThat(state.get(0)).hasSize(384);
  }
}
