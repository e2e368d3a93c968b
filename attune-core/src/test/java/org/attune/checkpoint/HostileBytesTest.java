package org.attune.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The fuzz tests' questions, put to the inputs they found and to seeded mutations of good files.
 */
class HostileBytesTest {
  private static final long SEED = 20261124;
  private static final int MUTATIONS = 1000;

  /** What the readers look for: a mutation made of these gets further than random bytes. */
  private static final List<String> TOKENS =
      List.of(
          "{",
          "}",
          "[",
          "]",
          ",",
          ":",
          "\"",
          "-",
          "0",
          "9",
          "1e400",
          "null",
          "true",
          "\\u0000",
          "F32",
          "\"shape\"",
          "\"data_offsets\"",
          "\"dtype\"",
          "99999999999999999999",
          "9223372036854775807");

  @TempDir Path folder;

  private static List<Path> safetensors() throws IOException, URISyntaxException {
    return kept("SafetensorsFuzzTestInputs");
  }

  private static List<Path> configs() throws IOException, URISyntaxException {
    return kept("ConfigFuzzTestInputs");
  }

  private static List<Path> kept(String name) throws IOException, URISyntaxException {
    Path inputs = Path.of(HostileBytesTest.class.getResource(name).toURI());
    try (Stream<Path> files = Files.walk(inputs)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("safetensors")
  void keptSafetensorsAreReadOrRefused(Path input) throws IOException {
    boolean read =
        SafetensorsFuzzTest.readOrRefuse(Files.readAllBytes(input), folder.resolve("kept"));
    assertThat(read).isEqualTo(input.getFileName().toString().startsWith("good"));
  }

  @ParameterizedTest
  @MethodSource("configs")
  void keptConfigsAreReadOrRefused(Path input) throws IOException {
    boolean read = ConfigFuzzTest.readOrRefuse(Files.readAllBytes(input));
    assertThat(read).isEqualTo(input.getFileName().toString().startsWith("good"));
  }

  @Test
  void mutatedSafetensorsAreReadOrRefused() throws IOException {
    try (InputStream in =
        getClass().getResourceAsStream("/golden/safetensors/written.safetensors")) {
      byte[] good = in.readAllBytes();
      Random random = new Random(SEED);
      for (int i = 0; i < MUTATIONS; i++) {
        SafetensorsFuzzTest.readOrRefuse(mutated(good, random), folder.resolve("mutated"));
      }
    }
  }

  @Test
  void mutatedConfigsAreReadOrRefused() {
    byte[] good =
        "{\"model_type\": \"bert\", \"hidden_size\": 8, \"id2label\": {\"0\": \"no\"}, \"a\": [1.5e3]}"
            .getBytes(StandardCharsets.UTF_8);
    Random random = new Random(SEED);
    for (int i = 0; i < MUTATIONS; i++) {
      ConfigFuzzTest.readOrRefuse(mutated(good, random));
    }
  }

  /** One to four changes: a byte, a stretch cut out, or a token over what was there. */
  private static byte[] mutated(byte[] good, Random random) {
    byte[] bytes = good.clone();
    for (int change = random.nextInt(4); change >= 0 && bytes.length > 0; change--) {
      int at = random.nextInt(bytes.length);
      switch (random.nextInt(3)) {
        case 0 -> bytes[at] = (byte) random.nextInt();
        case 1 -> bytes = without(bytes, at, random.nextInt(8));
        default -> {
          byte[] token = TOKENS.get(random.nextInt(TOKENS.size())).getBytes(StandardCharsets.UTF_8);
          System.arraycopy(token, 0, bytes, at, Math.min(token.length, bytes.length - at));
        }
      }
    }
    return bytes;
  }

  private static byte[] without(byte[] bytes, int at, int count) {
    int gone = Math.min(count, bytes.length - at);
    byte[] rest = new byte[bytes.length - gone];
    System.arraycopy(bytes, 0, rest, 0, at);
    System.arraycopy(bytes, at + gone, rest, at, rest.length - at);
    return rest;
  }
}
