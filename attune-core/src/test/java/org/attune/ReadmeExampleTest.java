package org.attune;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What README.md shows compiles and runs. */
class ReadmeExampleTest {
  private static final Path ROOT = Path.of("..");

  @Test
  void theExampleRuns(@TempDir Path folder) throws Exception {
    StringBuilder csv = new StringBuilder("text,label\n");
    for (int i = 0; i < 20; i++) {
      csv.append("a wonderful and touching film ").append(i).append(",good\n");
      csv.append("dull and far too long ").append(i).append(",bad\n");
    }
    Path file = Files.writeString(folder.resolve("reviews.csv"), csv);
    assertThat(ReadmeExample.run(file, folder.resolve("out"))).isIn("good", "bad");
  }

  @Test
  void theReadmeShowsTheCodeThatRuns() throws Exception {
    List<String> source =
        Files.readAllLines(ROOT.resolve("attune-core/src/test/java/org/attune/ReadmeExample.java"));
    Stream<String> body =
        source
            .subList(
                source.indexOf("    // README begins") + 1, source.indexOf("    // README ends"))
            .stream();
    String shown =
        String.join("\n", body.map(line -> line.substring(Math.min(4, line.length()))).toList());
    assertThat(Files.readString(ROOT.resolve("README.md"))).contains("```java\n" + shown + "\n```");
  }
}
