package org.attune.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.attune.recipe.Job;
import org.attune.recipe.Recipe;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** What the documentation shows can be typed: commands, recipes, keys, links. */
class DocsTest {
  private static final Path ROOT = Path.of("..");
  private static final Pattern YAML = Pattern.compile("(?s)```yaml\n(.*?)```");

  /** A word of a command line; quotes hold words together. */
  private static final Pattern WORD = Pattern.compile("(\"[^\"]*\"|[^\\s\"])+");

  private static final Pattern COMMAND =
      Pattern.compile("(?m)^(?:#| {4}|\\$ )\\s*\\./attune ((?:.*\\\\\n)*.*)$");
  private static final Pattern LINK = Pattern.compile("\\]\\((?!https?:)([^)#]+)(?:#[^)]*)?\\)");

  /** Every key that a recipe must have. */
  private static final String NEEDED =
      """
      task: text-classification
      model: { checkpoint: builtin:all-minilm-l6-v2 }
      data: { train: { path: reviews.csv, text: text, label: label } }
      output: out/reviews
      """;

  @TempDir private Path folder;

  private static String read(String file) throws IOException {
    return Files.readString(ROOT.resolve(file));
  }

  /** README and guides. */
  static Stream<Path> pages() throws IOException {
    List<Path> pages = new ArrayList<>();
    for (String folder : List.of(".", "docs", "bench", "reference")) {
      try (Stream<Path> files = Files.list(ROOT.resolve(folder))) {
        files.filter(file -> file.toString().endsWith(".md")).sorted().forEach(pages::add);
      }
    }
    return pages.stream();
  }

  static Stream<String> recipes() throws IOException {
    List<String> found = new ArrayList<>();
    for (Path page : pages().toList()) {
      YAML.matcher(Files.readString(page))
          .results()
          .map(match -> match.group(1))
          .forEach(found::add);
    }
    assertThat(found).hasSizeGreaterThanOrEqualTo(3);
    return found.stream();
  }

  static Stream<String> commands() throws IOException {
    List<Path> files = new ArrayList<>(pages().toList());
    try (Stream<Path> recipes = Files.list(ROOT.resolve("recipes"))) {
      recipes.filter(Files::isRegularFile).sorted().forEach(files::add);
    }
    List<String> found = new ArrayList<>();
    for (Path file : files) {
      COMMAND
          .matcher(Files.readString(file))
          .results()
          .map(match -> match.group(1).replaceAll("\\\\\n#?\\s*", " "))
          .map(line -> line.replaceFirst("\\s+#.*|\\s{2,}.*", "").strip())
          .filter(line -> !line.matches("(test|build)\\b.*")) // the launcher's own
          .forEach(found::add);
    }
    assertThat(found).hasSizeGreaterThan(15);
    return found.stream().distinct();
  }

  private static String key(String line) {
    return line.substring(0, line.indexOf(':') + 1);
  }

  /** A part of a recipe stands for the smallest recipe with that part. */
  @ParameterizedTest
  @MethodSource("recipes")
  void recipesAreRead(String yaml) throws IOException {
    boolean whole = yaml.lines().anyMatch(line -> line.startsWith("task:"));
    String rest =
        NEEDED
            .lines()
            .filter(line -> !yaml.contains("\n" + key(line)) && !yaml.startsWith(key(line)))
            .collect(Collectors.joining("\n", "", "\n"));
    Path file = Files.writeString(folder.resolve("recipe.yaml"), whole ? yaml : rest + yaml);
    assertThatCode(() -> Job.read(file, List.of())).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @MethodSource("commands")
  void commandsAreUnderstood(String command) {
    String[] words =
        WORD.matcher(command)
            .results()
            .map(word -> word.group().replace("\"", ""))
            .toArray(String[]::new);
    assertThatCode(() -> new CommandLine(new Attune()).parseArgs(words))
        .as(command)
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @MethodSource("pages")
  void linksLeadSomewhere(Path page) throws IOException {
    List<Path> targets =
        LINK.matcher(Files.readString(page))
            .results()
            .map(link -> page.resolveSibling(link.group(1)))
            .toList();
    assertThat(targets).allMatch(Files::exists);
  }

  @Test
  void readmeNamesEveryGuide() throws IOException {
    List<String> linked =
        LINK.matcher(read("README.md")).results().map((MatchResult link) -> link.group(1)).toList();
    try (Stream<Path> guides = Files.list(ROOT.resolve("docs"))) {
      guides.forEach(guide -> assertThat(linked).contains("docs/" + guide.getFileName()));
    }
  }

  // ---- docs/training.md says every key and its default

  private Recipe documented(String... sets) throws IOException {
    String yaml =
        YAML.matcher(read("docs/training.md")).results().findFirst().orElseThrow().group(1);
    return Recipe.read(Files.writeString(folder.resolve("every.yaml"), yaml), List.of(sets));
  }

  @Test
  void everyKeyIsDocumented() throws IOException {
    String pages = read("docs/training.md") + read("docs/techniques.md") + read("docs/data.md");
    keys(documented().toMap())
        .forEach(key -> assertThat(pages).as(key).containsPattern("\\b" + key + "\\b"));
  }

  private static Stream<String> keys(Map<?, ?> map) {
    return map.entrySet().stream()
        .flatMap(
            entry ->
                Stream.concat(
                    Stream.of(String.valueOf(entry.getKey())),
                    entry.getValue() instanceof Map<?, ?> inner ? keys(inner) : Stream.empty()));
  }

  @Test
  void documentedDefaultsAreTheDefaults() throws IOException {
    Path file = Files.writeString(folder.resolve("needed.yaml"), NEEDED);
    Recipe documented =
        documented(
            "data.validation=null",
            "data.test=null",
            "model.dropout=null",
            "model.layers=null",
            "train.keep_best=null",
            "train.early_stopping=null",
            "train.techniques=null",
            "train.log=null",
            "train.freeze=null",
            "train.prefix_cache=null",
            "schedule.linear.warmup=0");
    assertThat(documented).isEqualTo(Recipe.read(file, List.of()));
  }
}
