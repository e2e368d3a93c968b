package org.attune.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import org.attune.AttuneException;
import org.attune.text.ChatTemplate.Chat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The assistant's answers are found in published templates, which do not mark them. */
class ChatAnswersTest {
  private static final Chat CHAT =
      Chat.of().user("first?").assistant(" one. ").user("second?").assistant("two");

  private static ChatTemplate template(String name) throws IOException {
    try (InputStream in = ChatAnswersTest.class.getResourceAsStream("/golden/chat/cases.json")) {
      JsonNode golden = new ObjectMapper().readTree(in);
      return new ChatTemplate(
          golden.get("templates").get(name).asText(),
          Map.of("bos_token", "<s>", "eos_token", "</s>"));
    }
  }

  private static List<String> answers(ChatTemplate template, Chat chat) {
    ChatTemplate.Rendered rendered = template.renderAnswers(chat);
    return rendered.assistant().stream()
        .map(span -> rendered.text().substring(span.start(), span.end()))
        .toList();
  }

  /** What precedes the first answer is no part of it, its end of turn is. */
  @ParameterizedTest
  @CsvSource({
    "chatml, ' one. <|im_end|>\\n', 'two<|im_end|>\\n'",
    "llama2, ' one. </s>', ' two </s>'",
    "llama3, 'one.<|eot_id|>', 'two<|eot_id|>'",
    "zephyr, ' one. </s>\\n', 'two</s>\\n'",
    "qwen25, ' one. <|im_end|>\\n', 'two<|im_end|>\\n'",
    "gemma, 'one.<end_of_turn>\\n', 'two<end_of_turn>\\n'",
    "generation, ' one.</s>', ' two</s>'",
  })
  void whatTheModelShallWrite(String name, String first, String second) throws IOException {
    List<String> found = answers(template(name), CHAT);
    assertThat(found).hasSize(2);
    assertThat(found.get(0)).startsWith(first.replace("\\n", "\n").stripTrailing());
    assertThat(found.get(0).strip()).doesNotContain("second");
    assertThat(found.get(1)).isEqualTo(second.replace("\\n", "\n"));
  }

  /** Phi 3 puts an end token behind a chat that does not go on. */
  @Test
  void anEndThatOnlyTheLastTurnHas() throws IOException {
    List<String> found = answers(template("phi3"), CHAT);
    assertThat(found.get(0)).startsWith(" one. <|end|>\n");
    assertThat(found.get(1)).isEqualTo("two<|end|>\n</s>");
  }

  /** Qwen 3 writes a thought only in the last turn. */
  @Test
  void anAnswerThatIsWrittenOtherwiseLater() throws IOException {
    Chat thoughts =
        Chat.of()
            .user("first?")
            .assistant("one.")
            .user("second?")
            .assistant("<think>\nhm\n</think>\n\ntwo");
    assertThat(answers(template("qwen3_core"), thoughts))
        .containsExactly("one.<|im_end|>\n", "<think>\nhm\n</think>\n\ntwo<|im_end|>\n");
  }

  @Test
  void anAnswerThatCannotBeFound() {
    ChatTemplate shuffled =
        new ChatTemplate("{% for m in messages | reverse %}{{ m.content }}|{% endfor %}", Map.of());
    assertThatThrownBy(() -> shuffled.renderAnswers(CHAT))
        .isInstanceOf(AttuneException.class)
        .hasMessageContaining("mark answers in the template with {% generation %}");
  }
}
