package org.attune.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.attune.AttuneException;
import org.attune.data.Batch;
import org.attune.data.Dataset;
import org.attune.data.Example;
import org.attune.data.Labels;
import org.attune.data.Target;
import org.attune.text.Tokenizer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Learning from chats: the ids that transformers' apply_chat_template gives, and of them only the
 * assistant's, whether the template marks them or not. Made by reference/chat_fixtures.py.
 */
class ChatTrainingTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final TypeReference<List<Map<String, Object>>> MESSAGES = new TypeReference<>() {};

  @TempDir static Path temporary;

  private static Tokenizer tokenizer(String template) throws IOException {
    Path folder = Files.createTempDirectory(temporary, "tokenizer");
    for (String file : List.of("config.json", "vocab.json", "merges.txt")) {
      try (InputStream in =
          ChatTrainingTest.class.getResourceAsStream("/golden/tokenizer/gpt2/" + file)) {
        Files.copy(in, folder.resolve(file));
      }
    }
    if (!template.isEmpty()) {
      Files.writeString(folder.resolve("chat_template.jinja"), template);
    }
    return Tokenizer.load(folder);
  }

  private static Dataset chat(List<Map<String, Object>> messages) {
    Example row = new Example(messages.toString(), Optional.empty(), new Target.Chat(messages));
    return Dataset.of("chats.jsonl", List.of(row), Labels.of(List.of()));
  }

  @TestFactory
  List<DynamicTest> idsAndAnswersAreTransformers() throws IOException {
    try (InputStream in = getClass().getResourceAsStream("/golden/chat/training.json")) {
      List<JsonNode> cases =
          StreamSupport.stream(JSON.readTree(in).get("cases").spliterator(), false).toList();
      assertThat(cases).hasSizeGreaterThanOrEqualTo(8);
      return cases.stream()
          .flatMap(row -> List.of("marked", "plain").stream().map(kind -> test(row, kind)))
          .toList();
    }
  }

  private static DynamicTest test(JsonNode row, String kind) {
    List<Map<String, Object>> messages = JSON.convertValue(row.get("messages"), MESSAGES);
    return DynamicTest.dynamicTest(
        kind + " " + messages.size() + " messages",
        () -> {
          int[] ids = JSON.convertValue(row.get("ids"), int[].class);
          int[] mask = JSON.convertValue(row.get("mask"), int[].class);
          try (Tokenizer tokenizer = tokenizer(row.get(kind).asText())) {
            var task = CausalLanguageModeling.of(tokenizer, 4096);
            Batch batch = task.encode(chat(messages)).batch(new int[] {0});
            assertThat(batch.inputIds()).isEqualTo(longs(ids));
            long[] expected = new long[ids.length];
            for (int i = 0; i < ids.length; i++) {
              boolean answer = i + 1 < ids.length && mask[i + 1] == 1;
              expected[i] = answer ? ids[i + 1] : Batch.IGNORE;
            }
            assertThat(batch.labels()).isEqualTo(expected);
          }
        });
  }

  private static long[] longs(int[] ids) {
    return java.util.Arrays.stream(ids).asLongStream().toArray();
  }

  private static final List<Map<String, Object>> SHORT =
      List.of(
          Map.of("role", "user", "content", "hi"), Map.of("role", "assistant", "content", "hello"));

  @Test
  void whatCannotBeLearnedIsSaid() throws IOException {
    refused("", SHORT, 64, "task: the tokenizer has no chat template; put one into its folder");
    refused(
        "{{ raise_exception('no') }}",
        SHORT,
        64,
        "data: chats.jsonl row 1: text: the chat template refuses these messages: no");
    refused(
        "{{ messages | map(attribute='content') | join('; ') }}",
        List.of(SHORT.get(1), SHORT.get(0)),
        64,
        "row 1: text: where the chat template puts message 1, an answer, cannot be told");
    refused(
        "{% for m in messages %}{{ m.role + ': ' + m.content + '\n' }}{% endfor %}"
            + "{% if add_generation_prompt %}{{ 'assistant: ' }}{% endif %}",
        SHORT, 4, "every prompt alone fills max_length 4");
  }

  private static void refused(
      String template, List<Map<String, Object>> messages, int length, String why)
      throws IOException {
    try (Tokenizer tokenizer = tokenizer(template)) {
      var task = CausalLanguageModeling.of(tokenizer, length);
      assertThatThrownBy(() -> task.encode(chat(messages)))
          .isInstanceOf(AttuneException.class)
          .hasMessageContaining(why);
    }
  }
}
