package org.attune.parity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The Python side of a live check: its scripts in reference/live/ and the real data. */
final class ReferenceStack {
  private static final Path SCRIPTS = Path.of("..", "reference", "live");

  private ReferenceStack() {}

  /** The shared data folder; a test without it is skipped. */
  static Path data() {
    String shared = System.getenv("ATTUNE_SHARED");
    assumeTrue(shared != null, "ATTUNE_SHARED is not set: no real data to compare on");
    return Path.of(shared, "data");
  }

  /**
   * Runs a script and reads the JSON object it prints last; a test without Python is skipped.
   *
   * @param script file name in reference/live/
   */
  static JsonNode run(String script, Object... arguments) throws IOException, InterruptedException {
    String python = System.getenv("ATTUNE_PYTHON");
    assumeTrue(python != null, "ATTUNE_PYTHON is not set: no reference stack to compare with");
    List<String> command = new ArrayList<>(List.of(python, SCRIPTS.resolve(script).toString()));
    Stream.of(arguments).map(Object::toString).forEach(command::add);
    Path errors = Files.createTempFile("reference", ".log");
    try {
      Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
      String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor()).as(printed + Files.readString(errors)).isZero();
      return json(printed.lines().reduce("{}", (before, line) -> line));
    } finally {
      Files.deleteIfExists(errors);
    }
  }

  /** Prints a measured difference, for who runs the check to read. */
  static void report(String what, double largest) {
    System.out.printf("%s: largest difference %.2e%n", what, largest);
  }

  static JsonNode json(String text) {
    try {
      return new ObjectMapper().readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The numbers of a JSON array, and of arrays in it, in order. */
  static float[] floats(JsonNode array) {
    List<Double> all = new ArrayList<>();
    collect(array, all);
    float[] floats = new float[all.size()];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = all.get(i).floatValue();
    }
    return floats;
  }

  private static void collect(JsonNode node, List<Double> all) {
    if (node.isNumber()) {
      all.add(node.asDouble());
    } else {
      node.forEach(child -> collect(child, all));
    }
  }
}
