package org.attune.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.attune.AttuneException;
import org.attune.text.ChatTemplate.Chat;
import org.attune.text.jinja.JinjaTemplate.Span;

/**
 * Finds the assistant's answers in a rendered chat whose template does not mark them: an answer
 * begins where the chat before it, with its generation prompt, ends, and reaches as far as the chat
 * up to it; so that its end-of-turn token is a part of it, as what opens it is not.
 */
final class ChatAnswers {
  private final ChatTemplate template;
  private final Chat chat;
  private final String whole;

  ChatAnswers(ChatTemplate template, Chat chat, String whole) {
    this.template = template;
    this.chat = chat;
    this.whole = whole;
  }

  /** Begin and end of each answer in the whole text, in order. */
  List<Span> find() {
    List<Span> spans = new ArrayList<>();
    for (int i = 0; i < chat.messages().size(); i++) {
      if ("assistant".equals(chat.messages().get(i).get("role"))) {
        spans.add(answer(i));
      }
    }
    return spans;
  }

  private Span answer(int message) {
    if (message == 0) {
      throw unclear(message); // nothing precedes it that a template could be given
    }
    boolean last = message == chat.messages().size() - 1;
    int start = shared(whole, template.render(first(message), true).text());
    if (!whole.substring(0, start).contains(content(message - 1))) {
      throw unclear(message); // not written in the chat's order
    }
    String until = last ? whole : template.render(first(message + 1), false).text();
    String content = content(message);
    int end = shared(whole, until);
    if (end > start && (last || whole.substring(start, end).contains(content))) {
      return new Span(start, end);
    }
    // Written otherwise than when it was the last one: Qwen 3 leaves out former thoughts.
    int here = whole.indexOf(content, start);
    int there = until.lastIndexOf(content);
    if (content.isEmpty() || here < 0 || there < 0) {
      throw unclear(message);
    }
    int after = here + content.length();
    return new Span(
        start, after + shared(whole.substring(after), until.substring(there + content.length())));
  }

  private Chat first(int count) {
    return new Chat(chat.messages().subList(0, count), chat.tools(), chat.variables());
  }

  /** A message's words; empty where it is no text, such as a call of a function. */
  private String content(int message) {
    Map<String, Object> written = chat.messages().get(message);
    return written.get("content") instanceof String text ? text.strip() : "";
  }

  /** How far two texts are the same. */
  private static int shared(String one, String other) {
    int length = Math.min(one.length(), other.length());
    for (int i = 0; i < length; i++) {
      if (one.charAt(i) != other.charAt(i)) {
        return i;
      }
    }
    return length;
  }

  private static AttuneException unclear(int message) {
    return new AttuneException(
        "text: where the chat template puts message "
            + (message + 1)
            + ", an answer, cannot be told from the text; mark answers in the template with"
            + " {% generation %} and {% endgeneration %}");
  }
}
