package org.attune.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The built-in tokenizer's folder, and rows that the reference script wrote. */
final class TokenizerFixtures {
  private static final ObjectMapper JSON = new ObjectMapper();

  private TokenizerFixtures() {}

  static Path builtin(Path folder) {
    try (InputStream in =
        TokenizerFixtures.class.getResourceAsStream("/all-minilm-l6-v2-tokenizer.json")) {
      Files.write(folder.resolve("tokenizer.json"), in.readAllBytes());
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<JsonNode> rows(String resource) {
    try (InputStream in = TokenizerFixtures.class.getResourceAsStream(resource)) {
      return parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<JsonNode> parse(String lines) throws IOException {
    List<JsonNode> rows = new ArrayList<>();
    for (String line : lines.split("\n", -1)) {
      if (!line.isEmpty()) {
        rows.add(JSON.readTree(line));
      }
    }
    return rows;
  }

  /** Copies one of reference/tokenizer_fixtures.py's checkpoints out of the test's resources. */
  static Path kind(String name, Path folder) {
    try {
      Path source =
          Path.of(TokenizerFixtures.class.getResource("/golden/tokenizer/" + name).toURI());
      try (Stream<Path> files = Files.list(source)) {
        for (Path file : files.toList()) {
          String fileName = file.getFileName().toString();
          if (!fileName.equals("rows.jsonl") && !fileName.equals("special.json")) {
            Files.copy(file, folder.resolve(fileName));
          }
        }
      }
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  static JsonNode special(String name) {
    try (InputStream in =
        TokenizerFixtures.class.getResourceAsStream(
            "/golden/tokenizer/" + name + "/special.json")) {
      return JSON.readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static void assertEqual(Tokenizer tokenizer, JsonNode row) {
    int limit = row.get("max").asInt();
    Tokenizer limited = limit == 0 ? tokenizer : tokenizer.truncateTo(limit);
    String text = row.get("text").asText();
    Encoding encoding =
        row.get("pair").isNull()
            ? limited.encode(text)
            : limited.encode(text, row.get("pair").asText());
    assertThat(encoding.ids()).as("ids of %s", row).isEqualTo(ints(row.get("ids")));
    assertThat(encoding.typeIds()).as("types of %s", row).isEqualTo(ints(row.get("types")));
    assertThat(encoding.wordIds()).as("words of %s", row).isEqualTo(ints(row.get("words")));
    assertThat(encoding.starts()).as("starts of %s", row).isEqualTo(offsets(row, 0));
    assertThat(encoding.ends()).as("ends of %s", row).isEqualTo(offsets(row, 1));
    if (row.has("decoded")) {
      assertThat(tokenizer.decode(encoding.ids(), false)).isEqualTo(row.get("decoded").asText());
      assertThat(tokenizer.decode(encoding.ids(), true)).isEqualTo(row.get("text_only").asText());
    }
  }

  private static int[] offsets(JsonNode row, int side) {
    int[] values = new int[row.get("offsets").size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = row.get("offsets").get(i).get(side).asInt();
    }
    return values;
  }

  private static int[] ints(JsonNode array) {
    int[] values = new int[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(i).asInt();
    }
    return values;
  }
}
