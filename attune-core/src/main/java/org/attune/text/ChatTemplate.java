package org.attune.text;

import java.time.Clock;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.attune.AttuneException;
import org.attune.text.jinja.JinjaException;
import org.attune.text.jinja.JinjaTemplate;

/**
 * Writes a chat as the text a model was trained on: the {@code chat_template} of a checkpoint,
 * rendered as transformers' {@code apply_chat_template} does.
 *
 * <p>The text holds its own special tokens; encode it with {@link Tokenizer#encodeBare}, which adds
 * none. A template is untrusted: it reaches nothing but the chat, and is stopped when it works or
 * writes too much.
 *
 * <pre>{@code
 * ChatTemplate template = tokenizer.chatTemplate().orElseThrow();
 * String prompt = template.render(Chat.of().system("Be brief.").user("What is BPE?"), true).text();
 * int[] ids = tokenizer.encodeBare(prompt).ids();
 * }</pre>
 */
public final class ChatTemplate {
  private final JinjaTemplate template;
  private final Map<String, Object> tokens;
  private final Clock clock;

  /**
   * A text and which parts of it are the model's own words.
   *
   * @param text the chat
   * @param assistant what the template marks with {@code {% generation %}}; empty if it marks
   *     nothing
   */
  public record Rendered(String text, List<JinjaTemplate.Span> assistant) {
    public Rendered {
      assistant = List.copyOf(assistant);
    }
  }

  /**
   * Reads a template.
   *
   * @param tokens what the template sees besides the chat: special tokens by role, such as {@code
   *     bos_token}
   * @throws AttuneException when it is no template, or uses what chat templates do not
   */
  public ChatTemplate(String source, Map<String, ?> tokens) {
    this(parsed(source), Map.copyOf(tokens), Clock.system(ZoneId.systemDefault()));
  }

  private ChatTemplate(JinjaTemplate template, Map<String, Object> tokens, Clock clock) {
    this.template = template;
    this.tokens = tokens;
    this.clock = clock;
  }

  private static JinjaTemplate parsed(String source) {
    try {
      return JinjaTemplate.parse(source);
    } catch (JinjaException e) {
      throw new AttuneException("text: the chat template cannot be read: " + e.getMessage(), e);
    }
  }

  /** The same template with another time for {@code strftime_now}. */
  public ChatTemplate withClock(Clock other) {
    return new ChatTemplate(template, tokens, other);
  }

  /**
   * Renders a chat.
   *
   * @param generationPrompt whether to end with what opens the model's answer
   * @throws AttuneException when the template refuses the chat or fails
   */
  public Rendered render(Chat chat, boolean generationPrompt) {
    Map<String, Object> variables = new LinkedHashMap<>(tokens);
    variables.put("messages", chat.messages());
    variables.put("tools", chat.tools().isEmpty() ? null : chat.tools());
    variables.put("documents", null);
    variables.put("add_generation_prompt", generationPrompt);
    variables.putAll(chat.variables());
    try {
      JinjaTemplate.Rendered rendered =
          template.render(variables, clock, JinjaTemplate.Limits.DEFAULT);
      return new Rendered(rendered.text(), rendered.generated());
    } catch (JinjaException e) {
      throw new AttuneException(
          "text: the chat template "
              + (e.isRaised() ? "refuses these messages: " : "failed: ")
              + e.getMessage(),
          e);
    }
  }

  /**
   * Renders a whole chat for learning, with the places of all answers: as the template marks them
   * with {@code {% generation %}}, else found by what the chat is without them.
   *
   * @throws AttuneException when the template refuses the chat or fails, or does not let the
   *     answers be found
   */
  public Rendered renderAnswers(Chat chat) {
    Rendered whole = render(chat, false);
    return whole.assistant().isEmpty()
        ? new Rendered(whole.text(), new ChatAnswers(this, chat, whole.text()).find())
        : whole;
  }

  /**
   * A conversation.
   *
   * @param messages each with {@code role} and {@code content}, and whatever else the template
   *     reads
   * @param tools JSON schemas of functions the model may call
   * @param variables further variables of the template, such as {@code enable_thinking}
   */
  public record Chat(
      List<Map<String, Object>> messages,
      List<Map<String, Object>> tools,
      Map<String, Object> variables) {

    public Chat {
      messages = List.copyOf(messages);
      tools = List.copyOf(tools);
      variables = Map.copyOf(variables);
    }

    /** An empty conversation, to add to. */
    public static Chat of() {
      return new Chat(List.of(), List.of(), Map.of());
    }

    public static Chat ofMaps(List<Map<String, Object>> messages) {
      return new Chat(messages, List.of(), Map.of());
    }

    public Chat system(String content) {
      return message("system", content);
    }

    public Chat user(String content) {
      return message("user", content);
    }

    public Chat assistant(String content) {
      return message("assistant", content);
    }

    /** Adds a message. */
    public Chat message(String role, String content) {
      Map<String, Object> message = new LinkedHashMap<>();
      message.put("role", role);
      message.put("content", content);
      return message(message);
    }

    /** Adds a message with all that the template reads of it. */
    public Chat message(Map<String, Object> message) {
      List<Map<String, Object>> all = new ArrayList<>(messages);
      all.add(message);
      return new Chat(all, tools, variables);
    }

    public Chat withTools(List<Map<String, Object>> schemas) {
      return new Chat(messages, schemas, variables);
    }

    public Chat withVariable(String name, Object value) {
      Map<String, Object> all = new LinkedHashMap<>(variables);
      all.put(name, value);
      return new Chat(messages, tools, all);
    }
  }
}
