package org.attune.cli;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Map;
import org.attune.AttuneException;
import org.attune.UsageException;
import org.attune.generate.GenerationConfig;
import org.attune.generate.TextGenerator;
import org.attune.text.ChatTemplate.Chat;
import picocli.CommandLine.Option;

/** How a prompt becomes what the model reads: as it is, or as a message of a chat. */
final class PromptOptions {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final TypeReference<List<Map<String, Object>>> MAPS = new TypeReference<>() {};

  /** Most tokens of an answer where neither model nor user says how many. */
  private static final int ANSWER_TOKENS = 512;

  @Option(
      names = "--chat",
      description = {
        "A prompt is a user's message, written as the model's chat template has it;",
        "alone: a conversation, a message a line, until Ctrl-D."
      })
  private boolean chat;

  @Option(
      names = "--system",
      paramLabel = "TEXT",
      description = "With --chat: what precedes each chat that has no system message of its own.")
  private String system;

  @Option(
      names = "--chat-template",
      paramLabel = "NAME",
      description = "With --chat: a template by name, where the model has several.")
  private String template;

  boolean isChat() {
    return chat;
  }

  /** Refuses options that say nothing without another. */
  void check() {
    if (!chat && (system != null || template != null)) {
      throw new UsageException(
          "generate: "
              + (system != null ? "--system" : "--chat-template")
              + " is for chats; add --chat");
    }
  }

  /** An answer ends with an end token: 20 tokens, the default, would cut most of them short. */
  GenerationConfig lengthened(GenerationConfig config) {
    boolean unsaid =
        config.length().maxNewTokens().isEmpty() && config.length().maxLength().isEmpty();
    return chat && unsaid
        ? config.withLength(config.length().withMaxNewTokens(ANSWER_TOKENS))
        : config;
  }

  /** Says where the model may not notice the end of its answer. */
  void warn(TextGenerator writer, GenerationConfig config) {
    if (!chat || !writer.hasTokenizer() || writer.tokenizer().eosId().isEmpty()) {
      return;
    }
    int eos = writer.tokenizer().eosId().getAsInt();
    List<Integer> ends = config.ids().eosTokenId();
    if (!ends.contains(eos)) {
      Output.note(
          "generate: the tokenizer's end token "
              + eos
              + " is not in eos_token_id "
              + ends
              + "; if answers do not end, give --eos-token-id "
              + eos);
    }
  }

  /** The ids of a prompt. */
  int[] ids(TextGenerator writer, String prompt) {
    return chat ? ids(writer, begun().user(prompt)) : writer.encode(prompt);
  }

  int[] ids(TextGenerator writer, Chat messages) {
    return template == null ? writer.encode(messages) : writer.encode(messages, template);
  }

  /** The ids of a row: {@code input_ids}, {@code messages} or {@code prompt}. */
  int[] ids(TextGenerator writer, JsonLines.Row row) {
    if (row.has("input_ids")) {
      return row.ids("input_ids");
    }
    if (!row.has("messages")) {
      return ids(writer, row.text("prompt"));
    }
    List<Map<String, Object>> messages = objects(row, "messages");
    boolean opened = "system".equals(messages.get(0).get("role"));
    Chat conversation = opened ? Chat.of() : begun();
    for (Map<String, Object> message : messages) {
      conversation = conversation.message(message);
    }
    if (row.has("tools")) {
      conversation = conversation.withTools(objects(row, "tools"));
    }
    try {
      return ids(writer, conversation);
    } catch (AttuneException e) {
      throw new AttuneException(row.where() + ": " + e.getMessage(), e);
    }
  }

  /** A chat with nothing but the system's message, if there is one. */
  Chat begun() {
    return system == null ? Chat.of() : Chat.of().system(system);
  }

  private static List<Map<String, Object>> objects(JsonLines.Row row, String field) {
    JsonNode list = row.value().path(field);
    boolean sound = list.isArray() && !list.isEmpty();
    for (JsonNode object : list) {
      sound &= object.isObject();
    }
    if (!sound) {
      throw new AttuneException(
          row.where()
              + ": '"
              + field
              + "' is no list of objects, expected one such as [{\"role\": \"user\", \"content\": ..}]");
    }
    return JSON.convertValue(list, MAPS);
  }
}
