package org.attune.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.attune.AttuneException;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every chat of reference/chat_fixtures.py is rendered as transformers rendered it. */
class ChatTemplateGoldenTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TestFactory
  List<DynamicTest> rendersAsTheReference() throws Exception {
    try (InputStream in = getClass().getResourceAsStream("/golden/chat/cases.json")) {
      JsonNode golden = JSON.readTree(in);
      List<DynamicTest> tests = new ArrayList<>();
      for (JsonNode row : golden.get("cases")) {
        String name = row.get("template").asText();
        String template = golden.get("templates").get(name).asText();
        Map<String, Object> tokens =
            JSON.convertValue(golden.get("tokens"), new TypeReference<>() {});
        tests.add(
            DynamicTest.dynamicTest(
                name + " " + tests.size(), () -> compare(new ChatTemplate(template, tokens), row)));
      }
      assertThat(tests).hasSize(185);
      return tests;
    }
  }

  private static void compare(ChatTemplate template, JsonNode row) {
    List<Map<String, Object>> messages =
        JSON.convertValue(row.get("messages"), new TypeReference<>() {});
    List<Map<String, Object>> tools = JSON.convertValue(row.get("tools"), new TypeReference<>() {});
    ChatTemplate.Chat chat = ChatTemplate.Chat.ofMaps(messages);
    ChatTemplate.Chat whole = tools == null ? chat : chat.withTools(tools);
    boolean prompt = row.get("generation").asBoolean();
    if (row.has("error")) {
      assertThatThrownBy(() -> template.render(whole, prompt))
          .isInstanceOf(AttuneException.class)
          .hasMessage(
              "text: the chat template refuses these messages: " + row.get("error").asText());
      return;
    }
    ChatTemplate.Rendered rendered = template.render(whole, prompt);
    assertThat(rendered.text()).isEqualTo(row.get("rendered").asText());
    if (row.has("spans")) {
      List<int[]> spans = JSON.convertValue(row.get("spans"), new TypeReference<>() {});
      assertThat(rendered.assistant()).hasSameSizeAs(spans);
      for (int i = 0; i < spans.size(); i++) {
        assertThat(rendered.assistant().get(i).start()).isEqualTo(spans.get(i)[0]);
        assertThat(rendered.assistant().get(i).end()).isEqualTo(spans.get(i)[1]);
      }
    }
  }
}
