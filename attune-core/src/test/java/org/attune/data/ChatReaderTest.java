package org.attune.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.attune.AttuneException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Chats out of every format, and rows that are none. */
class ChatReaderTest {
  private static final String ROW =
      "{\"messages\": [{\"role\": \"user\", \"content\": \"hi\"},"
          + " {\"role\": \"assistant\", \"content\": \"hello\", \"thought\": null}]}";

  @TempDir Path folder;

  private Path write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  private static Dataset read(Path file) {
    return ChatReader.read(List.of(ChatSource.of(file.toString())));
  }

  private void refused(String row, String why) throws IOException {
    Path file = write("bad.jsonl", ROW + "\n" + row + "\n");
    assertThatThrownBy(() -> read(file))
        .isInstanceOf(AttuneException.class)
        .hasMessageContaining("data: " + file + ":2")
        .hasMessageContaining(why);
  }

  private static List<Map<String, Object>> messages(Dataset data, int row) {
    return ((Target.Chat) data.get(row).target()).messages();
  }

  @Test
  void linesAndListsOfObjects() throws IOException {
    Dataset lines = read(write("a.jsonl", ROW + "\n\n" + ROW.replace("hi", "you") + "\n"));
    assertThat(lines.kind()).isEqualTo(Target.Kind.CHAT);
    assertThat(lines.describe()).endsWith("2 rows, chats");
    assertThat(messages(lines, 1).get(0)).containsEntry("content", "you");
    assertThat(messages(lines, 0).get(1)).containsEntry("thought", null);
    Dataset list = read(write("a.json", "[" + ROW + "," + ROW.replace("hi", "you") + "]"));
    assertThat(list.sha256()).isEqualTo(lines.sha256());
    assertThat(lines.split(0.5, 42).train().size()).isEqualTo(1);
  }

  @Test
  void parquet() throws SQLException {
    Path file = folder.resolve("a.parquet");
    try (Connection duckdb = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = duckdb.createStatement()) {
      statement.execute(
          "COPY (SELECT [{'role': 'user', 'content': 'hi'}, {'role': 'assistant', 'content':"
              + " 'hello'}] AS messages) TO '"
              + file
              + "' (FORMAT parquet)");
    }
    assertThat(messages(read(file), 0))
        .containsExactly(
            Map.of("role", "user", "content", "hi"),
            Map.of("role", "assistant", "content", "hello"));
  }

  @Test
  void anotherColumnAndASample() throws IOException {
    Path file = write("a.jsonl", (ROW.replace("messages", "talk") + "\n").repeat(9));
    ChatSource source = new ChatSource(file.toString(), "talk", OptionalInt.of(4));
    assertThat(ChatReader.read(List.of(source)).size()).isEqualTo(4);
    assertThatThrownBy(() -> read(file)).hasMessageContaining("has no 'messages'; it has talk");
  }

  @Test
  void rowsThatAreNoChats() throws IOException {
    refused("{\"messages\": []}", "no list of messages in 'messages'");
    refused("{\"messages\": \"hi\"}", "no list of messages");
    refused("{\"messages\": [{\"content\": \"hi\"}]}", "message 1 has no role");
    refused(
        "{\"messages\": [{\"role\": \"user\", \"content\": \"hi\"}]}",
        "no message of the role assistant");
    refused("{\"messages\": ", "is no JSON object");
    assertThatThrownBy(() -> read(write("empty.jsonl", "\n"))).hasMessageContaining("has no rows");
  }
}
