package org.attune.models;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** docs/models.md lists what is registered, and docs/adding-a-model.md shows code that is there. */
class ModelDocsTest {
  private static final Path DOCS = Path.of("..", "docs");
  private static final Path SOURCES = Path.of("src", "main", "java");

  static List<ModelFamily> families() {
    return Families.all();
  }

  @ParameterizedTest
  @MethodSource("families")
  void everyFamilyHasItsRowWithEveryHead(ModelFamily family) throws IOException {
    String start = "| `" + family.modelType() + "` | ";
    String row =
        Files.readAllLines(DOCS.resolve("models.md")).stream()
            .filter(line -> line.startsWith(start))
            .findFirst()
            .orElseThrow(() -> new AssertionError("docs/models.md has no row " + start));
    String classes = row.substring(start.length()).split(" \\|", 2)[0];
    assertThat(classes.split(", "))
        .containsExactlyInAnyOrderElementsOf(
            family.heads().stream().map(family::architecture).toList());
  }

  /** Spaces and line ends aside, for the formatter may break lines elsewhere one day. */
  @Test
  void theWalkThroughShowsCodeThatIsThere() throws IOException {
    String page = Files.readString(DOCS.resolve("adding-a-model.md"));
    Matcher block =
        Pattern.compile("```java\\n// (\\w+\\.java)\\n(.*?)```", Pattern.DOTALL).matcher(page);
    int blocks = 0;
    while (block.find()) {
      assertThat(bare(source(block.group(1)))).as(block.group(1)).contains(bare(block.group(2)));
      blocks++;
    }
    assertThat(blocks).isPositive();
    assertThat(Files.readString(Path.of("..", "reference", "encoder_fixtures.py")))
        .contains("\"masked_lm\": (\"DistilBertForMaskedLM\", 58, {}),");
  }

  private static String source(String name) throws IOException {
    try (Stream<Path> files = Files.walk(SOURCES)) {
      List<Path> found = files.filter(file -> file.endsWith(name)).collect(Collectors.toList());
      assertThat(found).as(name).hasSize(1);
      return Files.readString(found.get(0));
    }
  }

  private static String bare(String code) {
    return code.replaceAll("\\s+", "");
  }
}
