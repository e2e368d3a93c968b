package org.attune.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.attune.AttuneException;
import org.attune.NearNames;

/** From the rows of a {@link ChatSource} to examples whose target is a chat. */
public final class ChatReader {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final TypeReference<List<Map<String, Object>>> MESSAGES = new TypeReference<>() {};

  private final ChatSource source;
  private final List<Example> examples = new ArrayList<>();

  private ChatReader(ChatSource source) {
    this.source = source;
  }

  /**
   * Reads several sources, one after the other.
   *
   * @throws AttuneException saying file and row of what is wrong
   */
  public static Dataset read(List<ChatSource> sources) {
    List<Example> all = new ArrayList<>();
    sources.forEach(source -> all.addAll(new ChatReader(source).read().examples()));
    String name = sources.stream().map(ChatSource::path).collect(Collectors.joining(", "));
    return Dataset.of(name, all, Labels.of(List.of()));
  }

  private Dataset read() {
    for (Path file : FileSet.of(source.path())) {
      String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
      if (name.endsWith(".parquet")) {
        parquet(file);
      } else if (name.endsWith(".json")) {
        list(file);
      } else {
        TextCheck.check(file);
        JsonLines.each(file, (object, number) -> add(object, file + ":" + number));
      }
    }
    if (examples.isEmpty()) {
      throw new AttuneException("data: " + source.path() + " has no rows");
    }
    Dataset whole = Dataset.of(source.path(), examples, Labels.of(List.of()));
    return source.limit().isPresent() ? whole.sample(source.limit().getAsInt(), 0) : whole;
  }

  private void list(Path file) {
    JsonNode rows = PromptReader.tree(file);
    if (!rows.isArray()) {
      throw new AttuneException("data: " + file + " is no list of objects");
    }
    for (int i = 0; i < rows.size(); i++) {
      add(rows.get(i), file + " row " + (i + 1));
    }
  }

  private void parquet(Path file) {
    try (DuckDb duckdb = DuckDb.open(file)) {
      Table table = ParquetTable.of(duckdb, file);
      table.require(file, List.of(source.messages()));
      String select = "SELECT " + table.columns().get(source.messages()) + " FROM " + table.from();
      try {
        duckdb.query(
            select,
            result -> {
              String where = file + " row " + (examples.size() + 1);
              String json = Optional.ofNullable(result.getString(1)).orElse("null");
              messages(parsed(json, where), where);
            });
      } catch (SQLException e) {
        throw table.explain(e);
      }
    } catch (SQLException e) {
      throw new AttuneException("data: DuckDB did not start: " + e.getMessage(), e);
    }
  }

  private static JsonNode parsed(String json, String where) {
    try {
      return JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new AttuneException("data: " + where + " has messages that are no list", e);
    }
  }

  private void add(JsonNode row, String where) {
    if (!row.has(source.messages())) {
      Set<String> columns = new LinkedHashSet<>();
      row.fieldNames().forEachRemaining(columns::add);
      throw new AttuneException(
          "data: "
              + where
              + " has no '"
              + source.messages()
              + "'; it has "
              + Rows.list(List.copyOf(columns))
              + NearNames.hint(source.messages(), columns));
    }
    messages(row.path(source.messages()), where);
  }

  private void messages(JsonNode list, String where) {
    if (!list.isArray() || list.isEmpty()) {
      throw new AttuneException(
          "data: " + where + " has no list of messages in '" + source.messages() + "'");
    }
    boolean answered = false;
    for (int i = 0; i < list.size(); i++) {
      JsonNode message = list.get(i);
      if (!message.isObject() || !message.path("role").isTextual()) {
        throw new AttuneException(
            "data: "
                + where
                + ": message "
                + (i + 1)
                + " has no role; expected {\"role\": \"user\", \"content\": ..}");
      }
      answered |= message.path("role").asText().equals("assistant");
    }
    if (!answered) {
      throw new AttuneException(
          "data: " + where + " has no message of the role assistant; remove the row");
    }
    Target chat = new Target.Chat(JSON.convertValue(list, MESSAGES));
    examples.add(new Example(list.toString(), Optional.empty(), chat));
  }
}
