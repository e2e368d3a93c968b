package org.attune.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.attune.AttuneException;
import org.attune.text.Tokenizer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CorpusTokenizerTest {
  private static final CorpusTokenizer.Settings PLAIN =
      new CorpusTokenizer.Settings(false, OptionalInt.empty());
  private static final int END = 499;

  @TempDir Path folder;

  private static Tokenizer tokenizer() {
    return tokenizer("wordpiece");
  }

  private static Tokenizer tokenizer(String name) {
    try {
      return Tokenizer.load(
          Path.of(CorpusTokenizerTest.class.getResource("/golden/tokenizer/" + name).toURI()));
    } catch (java.net.URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private Path write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  private TokenFile read(TextSource source, CorpusTokenizer.Settings settings) {
    return CorpusTokenizer.write(List.of(source), tokenizer(), settings, folder);
  }

  private static int[] ids(TokenFile file) {
    return file.read(0, (int) file.size()).ids();
  }

  /** Its tokens without those of the template. */
  private static int[] tokens(String text) {
    var encoding = tokenizer().encode(text);
    return IntStream.range(0, encoding.length())
        .filter(i -> encoding.sequenceIds()[i] >= 0)
        .map(i -> encoding.ids()[i])
        .toArray();
  }

  @Test
  void linesAndDocumentsLieInOrder() throws IOException {
    Path file = write("a.txt", "one two\nthree\n\n\nfour\n\n");
    var settings = new CorpusTokenizer.Settings(false, OptionalInt.of(END));
    try (TokenFile text =
        read(TextSource.of(file.toString(), TextSource.Documents.BLANK_LINE), settings)) {
      assertThat(text.documents()).isEqualTo(2);
      assertThat(text.lines()).isEqualTo(3);
      assertThat(text.documentStart(1)).isEqualTo(2);
      int[] expected =
          IntStream.of(0)
              .flatMap(
                  unused ->
                      IntStream.concat(
                          Arrays.stream(tokens("one two")), Arrays.stream(tokens("three"))))
              .toArray();
      assertThat(Arrays.copyOf(ids(text), expected.length)).isEqualTo(expected);
      assertThat(ids(text)[expected.length]).isEqualTo(END);
      assertThat(text.lineStart(2)).isEqualTo(expected.length + 1);
      assertThat(text.lineStart(3)).isEqualTo(text.size());
      assertThat(ids(text)[(int) text.size() - 1]).isEqualTo(END);
    }
  }

  @Test
  void everyLineIsADocumentUnlessToldOtherwise() throws IOException {
    String path = write("a.txt", "one\ntwo\n\nthree").toString();
    try (TokenFile lines = read(TextSource.of(path, TextSource.Documents.LINE), PLAIN);
        TokenFile whole = read(TextSource.of(path, TextSource.Documents.FILE), PLAIN)) {
      assertThat(lines.documents()).isEqualTo(3);
      assertThat(whole.documents()).isEqualTo(1);
      assertThat(ids(whole)).isEqualTo(ids(lines));
    }
  }

  @Test
  void wordsAreMarked() throws IOException {
    String path = write("a.txt", "unbelievableness of it").toString();
    try (TokenFile text = read(TextSource.of(path, TextSource.Documents.LINE), PLAIN)) {
      var read = text.read(0, (int) text.size());
      int words = 0;
      for (boolean start : read.starts()) {
        words += start ? 1 : 0;
      }
      assertThat(words).isEqualTo(3);
      assertThat(read.ids().length).isGreaterThan(3);
      assertThat(read.starts()[0]).isTrue();
      assertThat(read.starts()[1]).isFalse();
    }
  }

  @Test
  void lineBreaksAreKeptWithinADocument() throws IOException {
    String path = write("a.txt", "one two\nthree\n").toString();
    var settings = new CorpusTokenizer.Settings(true, OptionalInt.empty());
    Tokenizer gpt2 = tokenizer("gpt2");
    try (TokenFile text =
        CorpusTokenizer.write(
            List.of(TextSource.of(path, TextSource.Documents.FILE)), gpt2, settings, folder)) {
      assertThat(gpt2.decode(ids(text), false)).isEqualTo("one two\nthree");
    }
  }

  @Test
  void thousandsOfBlocksComeBackInOrderAndTheSame() throws IOException {
    String lines =
        IntStream.range(0, 20_000).mapToObj(i -> "the " + i).collect(Collectors.joining("\n"));
    String path = write("a.txt", lines).toString();
    try (TokenFile first = read(TextSource.of(path, TextSource.Documents.LINE), PLAIN);
        TokenFile second = read(TextSource.of(path, TextSource.Documents.LINE), PLAIN)) {
      assertThat(first.documents()).isEqualTo(20_000);
      assertThat(first.sha256()).isEqualTo(second.sha256());
      for (int line : new int[] {0, 1023, 1024, 10_000, 19_999}) {
        assertThat(first.read(first.lineStart(line), first.lineLength(line)).ids())
            .isEqualTo(tokens("the " + line));
      }
    }
  }

  @Test
  void tablesGiveADocumentARow() throws IOException {
    String path = write("a.jsonl", "{\"body\": \"one\\ntwo\"}\n{\"body\": \"three\"}\n").toString();
    try (TokenFile text = read(TextSource.column(path, "body"), PLAIN)) {
      assertThat(text.documents()).isEqualTo(2);
      assertThat(text.lines()).isEqualTo(3);
    }
    assertThatThrownBy(() -> read(TextSource.of(path, TextSource.Documents.LINE), PLAIN))
        .hasMessage("data: " + path + " is a table; name its column with 'text:'");
  }

  @Test
  void aLimitTakesTheFirstDocuments() throws IOException {
    String path = write("a.txt", "one\ntwo\nthree").toString();
    var source =
        new TextSource(
            path,
            Optional.empty(),
            Optional.empty(),
            TextSource.Documents.LINE,
            OptionalLong.of(2));
    try (TokenFile text = read(source, PLAIN)) {
      assertThat(text.documents()).isEqualTo(2);
    }
  }

  @Test
  void nothingStaysBehind() throws IOException {
    Path inner = folder.resolve("tokens");
    String path = write("a.txt", "one").toString();
    CorpusTokenizer.write(
            List.of(TextSource.of(path, TextSource.Documents.LINE)), tokenizer(), PLAIN, inner)
        .close();
    assertThat(inner).isEmptyDirectory();
  }

  @Test
  void textWithoutTextIsRefused() throws IOException {
    String path = write("a.txt", "\n  \n\n").toString();
    assertThatThrownBy(() -> read(TextSource.of(path, TextSource.Documents.LINE), PLAIN))
        .isInstanceOf(AttuneException.class)
        .hasMessage("data: " + path + " has no text: all its lines are blank");
  }

  /** 6 MB and 48 MB of text, in a process whose Java heap holds 48 MB; peaks from the kernel. */
  @Test
  void theResidentSetDoesNotGrowWithTheText() throws Exception {
    long small = peak(lines(1));
    long large = peak(lines(8));
    assertThat(large - small).as("bytes above those of an eighth").isLessThan(24L << 20);
  }

  private Path lines(int times) throws IOException {
    Path file = folder.resolve("lines" + times + ".txt");
    try (Writer out = Files.newBufferedWriter(file)) {
      for (int i = 0; i < 60_000 * times; i++) {
        out.write("it was the best of times and it was the worst of times, in the year of " + i);
        out.write(" that nobody would forget\n");
      }
    }
    return file;
  }

  private static long peak(Path file) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx48m",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                CorpusMemory.class.getName(),
                file.toString(),
                Path.of(CorpusTokenizerTest.class.getResource("/golden/tokenizer/gpt2").getPath())
                    .toString())
            .redirectErrorStream(true)
            .start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(out).isZero();
    return Long.parseLong(out.strip().lines().reduce((before, last) -> last).orElseThrow());
  }
}
