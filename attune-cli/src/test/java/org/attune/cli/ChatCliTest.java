package org.attune.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.attune.cli.Outcome.attune;
import static org.attune.cli.Outcome.attuneReading;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Chats as a user meets them, with a model that is one GGUF file: its vocabulary, its template, its
 * end tokens.
 */
class ChatCliTest {
  private static final Path GGUF =
      Path.of("../attune-core/src/test/resources/golden/gguf/vocabulary_llama.gguf");
  private static final String SHORT = "--max-new-tokens=6";

  /** What is drawn depends on every token of the prompt: the same text means the same prompt. */
  private static final String DRAWN = "--do-sample";

  @TempDir private Path folder;
  private String model;

  @BeforeEach
  void copyTheModel() throws IOException {
    model = Files.copy(GGUF, folder.resolve("chat.gguf")).toString();
  }

  private List<JsonNode> rows(List<String> rows, String... options) throws IOException {
    Path input = Files.write(folder.resolve("in.jsonl"), rows);
    Path output = folder.resolve("out.jsonl");
    List<String> args =
        new ArrayList<>(
            List.of("generate", model, SHORT, DRAWN, "--input", input.toString(), "--output"));
    args.add(output.toString());
    args.addAll(Arrays.asList(options));
    Outcome outcome = attune(args.toArray(new String[0]));
    assertThat(outcome.code()).as(outcome.err()).isZero();
    List<JsonNode> answers = new ArrayList<>();
    for (String line : Files.readAllLines(output)) {
      answers.add(new ObjectMapper().readTree(line));
    }
    return answers;
  }

  private void fails(int code, String message, String... options) {
    List<String> args = new ArrayList<>(List.of("generate", model, SHORT));
    args.addAll(Arrays.asList(options));
    Outcome outcome = attune(args.toArray(new String[0]));
    assertThat(outcome.err()).contains(message);
    assertThat(outcome.code()).isEqualTo(code);
  }

  /** All ways to say the same, and what they come to by hand: special tokens, but none twice. */
  @Test
  void aMessageIsWhatTheTemplateMakesOfIt() throws IOException {
    List<JsonNode> chat = rows(List.of("{\"prompt\": \"hi\"}"), "--chat", "--system", "Be kind.");
    List<JsonNode> messages =
        rows(
            List.of(
                "{\"messages\": [{\"role\": \"system\", \"content\": \"Be kind.\"},"
                    + " {\"role\": \"user\", \"content\": \"hi\"}]}",
                "{\"messages\": [{\"role\": \"user\", \"content\": \"hi\"}]}"));
    assertThat(messages.get(0)).isEqualTo(chat.get(0));
    assertThat(messages.get(1)).isNotEqualTo(chat.get(0));
    List<JsonNode> both =
        rows(
            List.of("{\"messages\": [{\"role\": \"user\", \"content\": \"hi\"}]}"),
            "--chat",
            "--system",
            "Be kind.");
    assertThat(both).isEqualTo(chat);
    // The text without its <s>, which the plain prompt's encoding puts there.
    List<JsonNode> plain =
        rows(
            List.of(
                "{\"prompt\": \"<turn>system: Be kind.</s><turn>user: hi</s><turn>assistant: \"}"));
    // A space goes before a text and after each special token, as llama.cpp has it: the plain text
    // begins with a special token, so with an empty text before it.
    assertThat(plain.get(0).path("token_ids")).isEqualTo(chat.get(0).path("token_ids"));
  }

  @Test
  void onePromptIsShownAndAConversationRemembers() throws IOException {
    Outcome one = attune("generate", model, SHORT, DRAWN, "--chat", "--prompt", "hi");
    assertThat(one.code()).as(one.err()).isZero();
    Outcome talk = attuneReading("hi\n\nand you?\n", "generate", model, SHORT, DRAWN, "--chat");
    assertThat(talk.code()).as(talk.err()).isZero();
    String nl = System.lineSeparator();
    assertThat(talk.out()).startsWith(one.out()).endsWith(nl).hasLineCount(2);
    String first = one.out().substring(0, one.out().length() - nl.length());
    String row =
        new ObjectMapper()
            .createObjectNode()
            .set(
                "messages",
                new ObjectMapper()
                    .createArrayNode()
                    .add(message("user", "hi"))
                    .add(message("assistant", first))
                    .add(message("user", "and you?")))
            .toString();
    assertThat(talk.out())
        .isEqualTo(one.out() + rows(List.of(row)).get(0).path("text").asText() + nl);
  }

  @Test
  void anAnswerMayBeLongerThanTheDefaultOfAText() throws IOException {
    String[] end = {"--eos-token-id=419", "--prompt", "hi", "--json"}; // as good as never drawn
    String[] plain = {"generate", model};
    String[] chat = {"generate", model, "--chat"};
    JsonNode text = new ObjectMapper().readTree(attune(with(plain, end)).out());
    assertThat(text.path("token_ids")).hasSize(20);
    JsonNode answer = new ObjectMapper().readTree(attune(with(chat, end)).out());
    assertThat(answer.path("token_ids").size()).isGreaterThan(20); // until positions end, at 64
  }

  private static JsonNode message(String role, String content) {
    return new ObjectMapper().createObjectNode().put("role", role).put("content", content);
  }

  @Test
  void oneFileIsAllThatOtherCommandsNeedToo() throws IOException {
    Outcome inspected = attune("inspect", model);
    assertThat(inspected.out()).contains("LlamaForCausalLM");
    Path texts = Files.writeString(folder.resolve("t.jsonl"), "{\"text\": \"the sea\"}\n");
    Outcome scored = attune("score", model, "--input", texts.toString(), "--json");
    assertThat(scored.code()).as(scored.err()).isZero();
    assertThat(new ObjectMapper().readTree(scored.out()).path("tokens").asInt()).isPositive();
    Outcome plain = attune("generate", model, SHORT, "--prompt", "the sea");
    assertThat(plain.code()).as(plain.err()).isZero();
  }

  @Test
  void mistakesAreSaidInOneLine() throws IOException {
    fails(2, "--system is for chats; add --chat", "--prompt", "hi", "--system", "x");
    fails(2, "--chat-template is for chats", "--prompt", "hi", "--chat-template", "x");
    fails(
        1,
        "the model's tokenizer has no chat template 'rag'",
        "--chat",
        "--prompt",
        "hi",
        "--chat-template",
        "rag");
    fails(2, "give --input and --output, or --prompt, or --chat alone", "--chat", "--json");
    Path input = Files.writeString(folder.resolve("in.jsonl"), "{\"messages\": \"hi\"}\n");
    String[] files = {"--input", input.toString(), "--output", folder.resolve("o").toString()};
    fails(1, input + ":1: 'messages' is no list of objects", files);
    Files.writeString(input, "{\"messages\": [{\"role\": \"user\"}]}\n");
    fails(1, input + ":1: text: the chat template failed: ", files);
    fails(
        1,
        "the tokenizer's end token 2 is not in eos_token_id [5]",
        with(files, "--eos-token-id=5", "--chat"));
  }

  private static String[] with(String[] args, String... more) {
    List<String> all = new ArrayList<>(List.of(args));
    all.addAll(Arrays.asList(more));
    return all.toArray(new String[0]);
  }
}
