package org.attune;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.attune.checkpoint.Checkpoint;
import org.attune.checkpoint.ConfigJson;
import org.attune.data.Labels;
import org.attune.models.Model;
import org.attune.models.Pretrained;
import org.attune.task.TextClassification;
import org.attune.tensor.Rng;
import org.attune.testkit.Golden;
import org.attune.text.Tokenizer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every block of Java in README.md and the guides compiles, and runs on tiny files: in a folder of
 * the test's own, with what the text around it has opened before ({@code checkpoint}) or leaves to
 * the reader ({@code csv}, {@code out}). Pieces of the sources, which begin with their file's name,
 * are compared with it by ModelDocsTest.
 */
class DocsJavaTest {
  private static final Path ROOT = Path.of("..");
  private static final Pattern BLOCK = Pattern.compile("(?s)```java\n(.*?)```");

  @TempDir static Path folder;

  record Block(String page, String code) {
    @Override
    public String toString() {
      return page + ": " + code.lines().findFirst().orElse("");
    }
  }

  static Stream<Block> blocks() throws IOException {
    List<Path> pages = new ArrayList<>(List.of(ROOT.resolve("README.md")));
    try (Stream<Path> guides = Files.list(ROOT.resolve("docs"))) {
      guides.filter(page -> page.toString().endsWith(".md")).sorted().forEach(pages::add);
    }
    List<Block> blocks = new ArrayList<>();
    for (Path page : pages) {
      BLOCK
          .matcher(Files.readString(page))
          .results()
          .map(match -> match.group(1))
          .filter(code -> !code.startsWith("// "))
          .forEach(code -> blocks.add(new Block(page.getFileName().toString(), code)));
    }
    return blocks.stream();
  }

  @Test
  void theGuidesHaveExamples() throws IOException {
    assertThat(blocks().map(Block::page))
        .contains(
            "README.md", "checkpoints.md", "generation.md", "prediction.md", "pretraining.md");
  }

  @ParameterizedTest
  @MethodSource("blocks")
  void compilesAndRuns(Block block) throws Exception {
    Path classes = Files.createTempDirectory(folder, "classes");
    compile(block, classes);
    if (block.page().equals("README.md")) {
      return; // ReadmeExampleTest runs it
    }
    prepare(block.page());
    try (URLClassLoader loader =
            new URLClassLoader(new URL[] {classes.toUri().toURL()}, getClass().getClassLoader());
        Checkpoint checkpoint = Checkpoint.open(folder.resolve("bert").toString())) {
      loader
          .loadClass("Example")
          .getMethod("run", Checkpoint.class, Path.class, Path.class)
          .invoke(null, checkpoint, folder.resolve("none.csv"), folder.resolve("none"));
    }
  }

  // ---- compiling

  private static void compile(Block block, Path classes) throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter messages = new StringWriter();
    String source = source(local(block.code()));
    var file =
        new SimpleJavaFileObject(
            URI.create("string:///Example.java"), SimpleJavaFileObject.Kind.SOURCE) {
          @Override
          public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return source;
          }
        };
    String path =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    List<String> options = List.of("-proc:none", "-cp", path, "-d", classes.toString());
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      boolean compiled =
          compiler.getTask(messages, files, null, options, null, List.of(file)).call();
      assertThat(compiled).as("%s%n%s%n%s", block, source, messages).isTrue();
    }
  }

  private static String source(String code) throws IOException {
    String imports =
        packages().stream().map(name -> "import " + name + ".*;\n").collect(Collectors.joining());
    return imports
        + "import java.nio.file.*;\nimport java.util.*;\n"
        + "public final class Example {\n"
        + "  public static Object run(Checkpoint "
        + (code.contains("var checkpoint") ? "theirs" : "checkpoint")
        + ", Path csv, Path out) throws Exception {\n"
        + "    if (true) {\n" // so that a block may return
        + code
        + "    }\n    return null;\n  }\n}\n";
  }

  /** All packages a reader may use; the engine below them is hidden. */
  private static Set<String> packages() throws IOException {
    Path sources = Path.of("src/main/java");
    try (Stream<Path> files = Files.walk(sources)) {
      return files
          .filter(file -> file.endsWith("package-info.java"))
          .map(file -> sources.relativize(file.getParent()).toString().replace('/', '.'))
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  /** The same code on files of the test's, and two steps where a run has thousands. */
  private static String local(String code) {
    String home = folder.toString().replace("\\", "\\\\");
    return code.replaceAll("\"(out|corpus|model\\.gguf|my-model)", "\"" + home + "/$1")
        .replaceAll("maxSteps\\([0-9_]+\\)", "maxSteps(2)");
  }

  // ---- what the examples read

  private static final Map<String, String> CONFIGS =
      Map.of(
          "gpt2",
          "{\"model_type\": \"gpt2\", \"architectures\": [\"GPT2LMHeadModel\"], \"n_embd\": 16,"
              + " \"n_layer\": 1, \"n_head\": 2, \"n_positions\": 256, \"eos_token_id\": 0}",
          "wordpiece",
          "{\"model_type\": \"bert\", \"architectures\": [\"BertForMaskedLM\"], \"hidden_size\": 16,"
              + " \"num_hidden_layers\": 1, \"num_attention_heads\": 2, \"intermediate_size\": 32,"
              + " \"max_position_embeddings\": 128}");

  private static void save(String tokenizer, Path target) throws IOException {
    Files.createDirectories(target);
    try (Tokenizer words = Tokenizer.load(Golden.folder("tokenizer/" + tokenizer))) {
      ConfigJson config =
          ConfigJson.parse(CONFIGS.get(tokenizer)).with("vocab_size", words.vocabularySize());
      try (Model model = Pretrained.create(config)) {
        model.initialize(new Rng(42), 0.2);
        Pretrained.save(model, target);
      }
      words.save(target);
    }
  }

  private static void prepare(String page) throws IOException {
    save("wordpiece", folder.resolve("bert"));
    switch (page) {
      case "generation.md" -> {
        save("gpt2", folder.resolve("out/stories"));
        Files.writeString(
            folder.resolve("out/stories/chat_template.jinja"),
            "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}assistant:");
      }
      case "prediction.md" -> classifier(folder.resolve("out/quickstart"));
      case "pretraining.md", "tokenizers.md" -> {
        Files.createDirectories(folder.resolve("corpus"));
        Files.writeString(
            folder.resolve("corpus/a.txt"),
            "the ships sailed over the sea and came home\n".repeat(300));
      }
      case "checkpoints.md" ->
          Files.copy(
              Golden.folder("gguf").resolve("vocabulary_llama.gguf"), folder.resolve("model.gguf"));
      default -> {}
    }
  }

  private static void classifier(Path target) {
    try (Checkpoint checkpoint = Checkpoint.open(folder.resolve("bert").toString())) {
      TextClassification task =
          TextClassification.of(checkpoint.tokenizer(), Labels.of(List.of("plant", "animal")));
      try (Model model = task.load(checkpoint)) {
        task.save(model, target);
      }
    } catch (UncheckedIOException e) {
      throw new AssertionError(e);
    }
  }
}
