package org.attune.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import org.attune.AttuneException;
import org.attune.text.ChatTemplate.Chat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a template may not do, and where a checkpoint keeps it. */
class ChatTemplateTest {
  private static final Chat CHAT = Chat.of().system("s").user("u");

  @TempDir Path folder;

  private static String render(String template) {
    return new ChatTemplate(template, Map.of("bos_token", "<s>")).render(CHAT, true).text();
  }

  @ParameterizedTest
  @Timeout(20)
  @ValueSource(
      strings = {
        "{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}",
        "{% set ns = namespace(x='ab') %}{% for i in range(60) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
        "{% set ns = namespace(x=[1]) %}{% for i in range(60) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x }}",
        "{% set ns = namespace(x=[1]) %}{% for i in range(60) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x | tojson }}",
        "{% set ns = namespace(x=[1], y=[1]) %}{% for i in range(60) %}{% set ns.x = [ns.x, ns.x] %}{% set ns.y ="
            + " [ns.y, ns.y] %}{% endfor %}{{ ns.x == ns.y }}",
        "{{ range(10 ** 18) | list }}",
        "{{ 'x' * 10 ** 12 }}",
        "{{ [0] * 10 ** 12 }}",
        "{{ '' * 10 ** 18 }}{{ [] * 10 ** 18 }}{{ 'x' * 10 ** 9 }}",
        "{% for i in range(100000) %}{{ 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx' * 100 }}{% endfor %}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% macro m() %}{% for i in range(1000) %}{{ n() }}{% endfor %}{% endmacro %}{% macro n() %}{% for i in"
            + " range(1000000) %}{% endfor %}{% endmacro %}{{ m() }}"
      })
  void stopsWhatWouldNotEnd(String template) {
    assertThatThrownBy(() -> render(template))
        .isInstanceOf(AttuneException.class)
        .hasMessageStartingWith("text: the chat template failed: ")
        .hasMessageMatching("[^\\n]*");
  }

  @Test
  void saysWhatAnEndlessLoopDid() {
    assertThatThrownBy(
            () ->
                render(
                    "{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}"))
        .hasMessage(
            "text: the chat template failed: the template did more than 5000000 steps and was"
                + " stopped; does one of its loops grow without end?");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{{ ''.getClass() }}",
        "{{ messages.getClass().forName('java.lang.Runtime') }}",
        "{{ messages.class.name }}",
        "{{ ''.__class__.__mro__ }}",
        "{{ raise_exception.call() }}",
        "{{ messages.append(1) }}",
        "{{ cycler.x }}"
      })
  void reachesNothingOfJava(String template) {
    assertThatThrownBy(() -> render(template)).isInstanceOf(AttuneException.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      value = {
        "{% include 'x' %} # line 1: {% include %} is not known here: a chat template stands alone, found 'x'",
        "{% if x %} # line 1: expected {% endif %}, found END",
        "{{ 1 + }} # line 1: expected a value, found CLOSE_OUTPUT",
        "{{ 'a } # line 1: a string has no end",
        "{{ a # line 1: a tag has no end",
        "{% endfor %} # line 1: {% endfor %} is not known here, found CLOSE_BLOCK",
        "{% for x in y recursive %}{% endfor %} # line 1: recursive loops are not known here, found 'recursive'",
        "{{ a ! b }} # line 1: unexpected '!'"
      })
  void refusesWhatIsNoTemplate(String template, String message) {
    assertThatThrownBy(() -> render(template))
        .isInstanceOf(AttuneException.class)
        .hasMessage("text: the chat template cannot be read: " + message);
  }

  @Test
  void refusesDeepNesting() {
    String deep = "(".repeat(50_000) + "1" + ")".repeat(50_000);
    assertThatThrownBy(() -> render("{{ " + deep + " }}"))
        .hasMessageContaining("nested deeper than 200");
    assertThatThrownBy(() -> render("{% if x %}".repeat(5_000)))
        .hasMessageContaining("nested deeper than 200");
  }

  @Test
  void knowsTheTimeItIsGiven() {
    ChatTemplate template =
        new ChatTemplate(
            "{{ strftime_now('%d %b %Y, %A %-d %B, %H:%M:%S %I%p %j %%') }}", Map.of());
    Clock clock = Clock.fixed(Instant.parse("2024-07-06T15:04:05Z"), ZoneOffset.UTC);
    assertThat(template.withClock(clock).render(CHAT, false).text())
        .isEqualTo("06 Jul 2024, Saturday 6 July, 15:04:05 03PM 188 %");
  }

  @Test
  void findsACheckpointsTemplates() throws Exception {
    TokenizerFixtures.kind("llama", folder);
    Path settings = folder.resolve("tokenizer_config.json");
    assertThat(Tokenizer.load(folder).chatTemplate()).isEmpty();
    Files.writeString(
        settings,
        """
        {"tokenizer_class": "LlamaTokenizer", "chat_template": [
         {"name": "default", "template": "{{ bos_token }}d"}, {"name": "rag", "template": "r"}]}""");
    try (Tokenizer tokenizer = Tokenizer.load(folder)) {
      assertThat(tokenizer.chatTemplate().orElseThrow().render(CHAT, true).text())
          .isEqualTo("<s>d");
      assertThat(tokenizer.chatTemplate("rag").orElseThrow().render(CHAT, true).text())
          .isEqualTo("r");
      assertThat(tokenizer.chatTemplate("tool_use")).isEmpty();
    }
    Files.writeString(folder.resolve("chat_template.jinja"), "{{ eos_token }}");
    Path named = Files.createDirectory(folder.resolve("additional_chat_templates"));
    Files.writeString(named.resolve("rag.jinja"), "other");
    Path saved = Files.createDirectory(folder.resolve("saved"));
    try (Tokenizer tokenizer = Tokenizer.load(folder)) {
      tokenizer.save(saved);
    }
    try (Tokenizer tokenizer = Tokenizer.load(saved)) {
      String text = tokenizer.chatTemplate().orElseThrow().render(CHAT, true).text();
      assertThat(text).isEqualTo("</s>");
      assertThat(tokenizer.encodeBare(text).ids()).containsExactly(2);
      assertThat(tokenizer.chatTemplate("rag").orElseThrow().render(CHAT, true).text())
          .isEqualTo("other");
    }
  }
}
