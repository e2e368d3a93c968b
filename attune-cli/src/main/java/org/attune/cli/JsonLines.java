package org.attune.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.channels.Channels;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.attune.AttuneException;
import org.attune.checkpoint.AtomicFiles;

/** A file of JSON objects, one a line, turned into another, a chunk of rows at a time. */
final class JsonLines {
  private static final int CHUNK = 1024;
  private static final ObjectMapper JSON = new ObjectMapper();

  /** A row and where it stands. */
  record Row(String where, JsonNode value) {
    /** A field that must be a string. */
    String text(String field) {
      JsonNode node = value.path(field);
      if (!node.isTextual()) {
        throw new AttuneException(
            where
                + ": '"
                + field
                + "' is "
                + (node.isMissingNode() ? "missing" : node)
                + ", expected a string");
      }
      return node.asText();
    }

    boolean has(String field) {
      return value.hasNonNull(field);
    }

    /** A field that must be a list of token ids. */
    int[] ids(String field) {
      JsonNode list = value.path(field);
      if (!list.isArray()) {
        throw new AttuneException(
            where + ": '" + field + "' is " + list + ", expected a list of token ids");
      }
      int[] ids = new int[list.size()];
      for (int i = 0; i < ids.length; i++) {
        JsonNode id = list.get(i);
        if (!id.isIntegralNumber() || !id.canConvertToInt()) {
          throw new AttuneException(
              where + ": '" + field + "' has " + id + " at place " + i + ", expected a token id");
        }
        ids[i] = id.asInt();
      }
      return ids;
    }
  }

  private JsonLines() {}

  /**
   * Writes one line for each line read, in order. The output appears whole or not at all.
   *
   * @return number of rows
   */
  static long map(Path input, Path output, Function<List<Row>, List<?>> answer) {
    if (!Files.isRegularFile(input)) {
      throw new AttuneException("input: there is no file " + input);
    }
    long[] count = new long[1];
    AtomicFiles.write(
        output,
        channel -> {
          Writer out =
              new OutputStreamWriter(Channels.newOutputStream(channel), StandardCharsets.UTF_8);
          try (BufferedReader in = Files.newBufferedReader(input)) {
            List<Row> chunk = new ArrayList<>();
            long number = 0;
            for (String line = in.readLine(); line != null; line = in.readLine()) {
              number++;
              if (!line.isBlank()) {
                chunk.add(row(input + ":" + number, line));
              }
              if (chunk.size() == CHUNK) {
                count[0] += write(out, answer.apply(chunk));
                chunk.clear();
              }
            }
            if (!chunk.isEmpty()) {
              count[0] += write(out, answer.apply(chunk));
            }
          } catch (CharacterCodingException | UncheckedIOException e) {
            throw new AttuneException("input: " + input + " is not UTF-8", e);
          }
          out.flush();
        });
    if (count[0] == 0) {
      Output.note(input + " has no rows; " + output + " is empty");
    }
    return count[0];
  }

  private static Row row(String where, String line) {
    try {
      JsonNode value = JSON.readTree(line);
      if (value.isObject()) {
        return new Row(where, value);
      }
      throw new AttuneException(where + ": expected a JSON object");
    } catch (JsonProcessingException e) {
      throw new AttuneException(
          where + ": not valid JSON: " + e.getOriginalMessage().lines().findFirst().orElse(""), e);
    }
  }

  private static int write(Writer out, List<?> rows) throws IOException {
    for (Object row : rows) {
      out.write(JSON.writeValueAsString(row));
      out.write('\n');
    }
    return rows.size();
  }
}
