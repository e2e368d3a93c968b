package org.attune.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.function.Consumer;
import org.attune.AttuneException;
import org.attune.tensor.Scope;
import org.attune.testkit.Golden;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** GGUF files: every type against the gguf package, and whatever damage a file can have. */
class GgufFileTest {
  private static final long SEED = 20_261_124;
  private static final int MUTATIONS = 1000;

  @TempDir Path folder;

  private static Path types() {
    return Golden.folder("gguf").resolve("types.gguf");
  }

  @ParameterizedTest
  @EnumSource
  void numbersAreThoseOfTheReference(GgufType type) {
    try (Scope scope = Scope.open();
        GgufFile file = GgufFile.open(types());
        SafetensorsFile golden =
            SafetensorsFile.open(types().resolveSibling("golden.safetensors"))) {
      assertThat(file.entry(type.name()).shape()).isEqualTo(golden.entry(type.name()).shape());
      // Bit for bit but for the sign of a zero, which adding zero makes positive.
      assertThat(file.tensor(type.name()).plus(0.0).toFloats())
          .isEqualTo(golden.tensor(type.name()).plus(0.0).toFloats());
    }
  }

  @Test
  void aHalfIsReadAsItsValue() {
    assertThat(GgufType.half((short) 0x3c00)).isEqualTo(1f);
    assertThat(GgufType.half((short) 0xc500)).isEqualTo(-5f);
    assertThat(GgufType.half((short) 1)).isEqualTo(0x1p-24f);
    assertThat(GgufType.half((short) 0x7c00)).isInfinite();
    assertThat(GgufType.half((short) 0x7e00)).isNaN();
  }

  // ---- damage

  /** A file by hand: entries and tensors as the caller writes them. */
  private Path file(int version, long tensors, long entries, Consumer<ByteBuffer> body)
      throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put("GGUF".getBytes(StandardCharsets.US_ASCII)).putInt(version);
    bytes.putLong(tensors).putLong(entries);
    body.accept(bytes);
    byte[] content = new byte[bytes.position()];
    bytes.flip().get(content);
    return Files.write(folder.resolve("made.gguf"), content);
  }

  private static void string(ByteBuffer bytes, String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    bytes.putLong(utf8.length).put(utf8);
  }

  private static void tensor(ByteBuffer bytes, String name, int type, long offset, long... dims) {
    string(bytes, name);
    bytes.putInt(dims.length);
    for (long dim : dims) {
      bytes.putLong(dim);
    }
    bytes.putInt(type).putLong(offset);
  }

  private static void refused(Path file, String why) {
    assertThatThrownBy(() -> GgufFile.open(file).close())
        .isInstanceOf(AttuneException.class)
        .hasMessageContaining("gguf: " + file)
        .hasMessageContaining(why);
  }

  @Test
  void aFileOfAnotherKindIsRefused() throws IOException {
    refused(Files.writeString(folder.resolve("a.gguf"), "PK\3\4 and more"), "does not begin with");
    refused(Files.writeString(folder.resolve("b.gguf"), ""), "does not begin with GGUF");
    refused(file(1, 0, 0, bytes -> {}), "has version 1, expected 2 or 3");
  }

  @Test
  void countsThatTheFileCannotHoldAreRefused() throws IOException {
    refused(file(3, -1, 0, bytes -> {}), "claims 18446744073709551615 tensors");
    refused(file(3, 1L << 40, 0, bytes -> {}), "tensors, expected at most 0");
    refused(file(3, 0, 1000, bytes -> {}), "metadata entries, expected at most");
    refused(file(3, 0, 1, b -> b.putLong(1L << 60).putLong(0)), "bytes of a string");
    refused(
        file(
            3,
            0,
            1,
            b -> {
              string(b, "many");
              b.putInt(9).putInt(8).putLong(1L << 30);
            }),
        "elements of 'many'");
    refused(
        file(
            3,
            0,
            1,
            b -> {
              string(b, "deep");
              b.putInt(9).putInt(9).putLong(1);
            }),
        "an array of arrays");
  }

  @Test
  void sizesThatOverflowAreRefused() throws IOException {
    long huge = 1L << 40;
    refused(file(3, 1, 0, b -> tensor(b, "w", 0, 0, huge, huge)), "a dimension of 1099511627776");
    refused(file(3, 1, 0, b -> tensor(b, "w", 0, 0, -1)), "a dimension of 18446744073709551615");
    refused(file(3, 1, 0, b -> tensor(b, "w", 0, 0)), "0 dimensions, expected 1 to 4");
    refused(file(3, 1, 0, b -> tensor(b, "w", 0, 0, 1L << 20)), "beyond its end: 4194304 bytes");
    refused(file(3, 1, 0, b -> tensor(b, "w", 2, 0, 33)), "which blocks of 32 do not fill");
  }

  @Test
  void placesThatAreWrongAreRefused() throws IOException {
    refused(file(3, 1, 0, b -> tensor(b, "w", 0, 31, 1)), "expected a multiple of 32");
    refused(
        file(
            3,
            2,
            0,
            b -> {
              tensor(b, "a", 0, 0, 16);
              tensor(b, "b", 0, 32, 16);
              b.put(new byte[256]);
            }),
        "puts 'b' over another tensor");
    refused(
        file(
            3,
            2,
            0,
            b -> {
              tensor(b, "a", 0, 0, 1);
              tensor(b, "a", 0, 32, 1);
            }),
        "has the tensor 'a' twice");
  }

  @Test
  void typesThatAreNotKnownAreRefused() throws IOException {
    refused(file(3, 1, 0, b -> tensor(b, "w", 17, 0, 256)), "stores 'w' as type 17; known are F32");
    refused(
        file(
            3,
            0,
            1,
            b -> {
              string(b, "odd");
              b.putInt(99);
            }),
        "the type 99, expected 0 to 12");
    refused(
        file(
            3,
            0,
            1,
            b -> {
              string(b, "general.alignment");
              b.putInt(4).putInt(0);
            }),
        "has general.alignment 0, expected a power of two");
  }

  @Test
  void aTruncatedFileIsRefusedWhereverItEnds() throws IOException {
    byte[] good = Files.readAllBytes(types());
    for (int length = 0; length < good.length; length += length < 1024 ? 1 : 97) {
      Path cut = Files.write(folder.resolve("cut.gguf"), java.util.Arrays.copyOf(good, length));
      assertThatThrownBy(() -> GgufFile.open(cut).close()).isInstanceOf(AttuneException.class);
    }
  }

  @Test
  void mutatedFilesAreReadOrRefused() throws IOException {
    byte[] types = Files.readAllBytes(types());
    byte[] model = Files.readAllBytes(types().resolveSibling("llama.gguf"));
    Random random = new Random(SEED);
    int read = 0;
    for (int i = 0; i < MUTATIONS; i++) {
      byte[] bytes = (i % 2 == 0 ? types : model).clone();
      for (int change = random.nextInt(3); change >= 0; change--) {
        bytes[random.nextInt(1500)] = (byte) random.nextInt();
      }
      read += GgufFuzzTest.readOrRefuse(bytes, folder.resolve("mutated.gguf")) ? 1 : 0;
    }
    assertThat(read).isBetween(1, MUTATIONS - 1);
  }
}
