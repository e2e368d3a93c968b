package org.attune.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.attune.AttuneException;
import org.attune.tensor.DType;
import org.attune.tensor.Shape;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsTest {
  @TempDir Path folder;

  private static final String WRITTEN = "/golden/safetensors/written.safetensors";

  private Path golden() throws IOException {
    Path file = folder.resolve("golden.safetensors");
    Files.write(file, getClass().getResourceAsStream(WRITTEN).readAllBytes());
    return file;
  }

  @Test
  void readsWhatTheReferenceWrote() throws Exception {
    try (SafetensorsFile file = SafetensorsFile.open(golden())) {
      assertThat(file.metadata()).isEqualTo(Map.of("format", "pt"));
      assertThat(file.names()).hasSize(13);
      assertThat(file.tensor("b.weight").toFloats()).containsExactly(0, 1, 2, 3, 4, 5);
      assertThat(file.tensor("b.weight").shape()).isEqualTo(Shape.of(2, 3));
      assertThat(file.tensor("double").toFloats()).containsExactly(3.25f);
      assertThat(file.tensor("half").dtype()).isEqualTo(DType.F16);
      assertThat(file.tensor("ids").toLongs()).containsExactly(7, 8);
      assertThat(file.tensor("zé \"q\"").numel()).isZero();
    }
  }

  @Test
  void writesTheSameBytesAsTheReference() throws Exception {
    Path again = folder.resolve("again.safetensors");
    try (SafetensorsFile file = SafetensorsFile.open(golden())) {
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      file.names().stream().sorted().forEach(name -> tensors.put(name, file.tensor(name)));
      SafetensorsWriter.write(again, tensors, file.metadata());
    }
    assertThat(again).hasSameBinaryContentAs(golden());
  }

  @Test
  void changingATensorLeavesTheFileAlone() throws Exception {
    Path path = golden();
    byte[] before = Files.readAllBytes(path);
    Tensor weight;
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      weight = file.tensor("b.weight");
    }
    assertThat(weight.timesInPlace(2).toFloats()).containsExactly(0, 2, 4, 6, 8, 10);
    assertThat(path).hasBinaryContent(before);
  }

  // ---- damaged and hostile files

  private Path file(String header, int dataBytes) throws IOException {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    return file(json.length, json, dataBytes);
  }

  private Path file(long claimed, byte[] json, int dataBytes) throws IOException {
    ByteBuffer bytes =
        ByteBuffer.allocate(8 + json.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(claimed).put(json);
    return Files.write(folder.resolve("bad.safetensors"), bytes.array());
  }

  private static void refused(Path file, String reason) {
    assertThatThrownBy(() -> SafetensorsFile.open(file).close())
        .isInstanceOf(AttuneException.class)
        .hasMessage("safetensors: " + file + reason);
  }

  private static String tensor(String type, String shape, String offsets) {
    return "{\"w\":{\"dtype\":\""
        + type
        + "\",\"shape\":"
        + shape
        + ",\"data_offsets\":"
        + offsets
        + "}}";
  }

  @Test
  void filesThatAreNone() throws Exception {
    refused(folder, " is a folder, expected a file");
    refused(folder.resolve("absent"), " does not exist");
    if (Files.exists(Path.of("/dev/zero"))) {
      refused(Path.of("/dev/zero"), " is a device or a pipe, expected a file");
    }
    refused(Files.write(folder.resolve("empty"), new byte[0]), " is empty");
    refused(
        Files.write(folder.resolve("short"), new byte[] {1, 2, 3}),
        " has 3 bytes, too few for a header; is it truncated?");
    String pickle =
        " is a PyTorch pickle, which can run code when it is loaded and is never opened; convert it"
            + " with transformers' save_pretrained, which writes model.safetensors";
    refused(
        Files.write(folder.resolve("a.bin"), new byte[] {'P', 'K', 3, 4, 0, 0, 0, 0, 0, 0}),
        pickle);
    refused(
        Files.write(
            folder.resolve("b.pt"), new byte[] {(byte) 0x80, 2, 'c', 'o', 's', 0, 0, 0, 0, 0}),
        pickle);
  }

  /** A header of 640 bytes begins with 80 02, as a pickle does; one of 19280 with PK, as a zip. */
  @Test
  void headersWhoseLengthLooksLikeAPickle() throws Exception {
    for (int length : new int[] {640, 896, 1152, 1408, 19280}) {
      String header = tensor("F32", "[2]", "[0,8]");
      Path path = file(header + " ".repeat(length - header.length()), 8);
      try (SafetensorsFile file = SafetensorsFile.open(path)) {
        assertThat(file.names()).containsExactly("w");
      }
    }
  }

  @Test
  void namesThatWouldBreakTheLine() throws Exception {
    refused(
        file("{\"a\\nb\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}", 4),
        ": tensor 'a?b' is [2] F32, which takes 8 bytes, but has 4");
    String wide = new String("{}".getBytes(StandardCharsets.UTF_16LE), StandardCharsets.UTF_8);
    assertThatThrownBy(() -> SafetensorsFile.open(file(wide, 0)))
        .isInstanceOf(AttuneException.class)
        .hasMessageContaining(": the header is not valid JSON: Illegal character");
  }

  @Test
  void headersThatDoNotFitTheFile() throws Exception {
    refused(
        file(1 << 20, "{}".getBytes(StandardCharsets.UTF_8), 0),
        " claims a header of 1048576 bytes, but has only 2 more; is it truncated?");
    refused(
        file(-1, "{}".getBytes(StandardCharsets.UTF_8), 0),
        " claims a header of 18446744073709551615 bytes, expected 2 to 100000000; is it a safetensors"
            + " file?");
    refused(
        file(tensor("F32", "[4]", "[0,16]"), 8),
        ": tensor 'w' lies at bytes [0, 16) of 8; is the file truncated?");
    refused(file(tensor("F32", "[2]", "[0,8]"), 12), ": bytes [8, 12) belong to no tensor");
  }

  @Test
  void headersThatLie() throws Exception {
    refused(
        file(tensor("F32", "[3]", "[0,8]"), 8),
        ": tensor 'w' is [3] F32, which takes 12 bytes, but has 8");
    refused(
        file(tensor("F32", "[4611686018427387904,4]", "[0,8]"), 8),
        ": tensor 'w': shape [4611686018427387904, 4] has more elements than 2^63 - 1");
    refused(
        file(tensor("F32", "[4611686018427387904]", "[0,8]"), 8),
        ": tensor 'w' is too large: [4611686018427387904]");
    refused(
        file(tensor("F32", "[-2]", "[0,8]"), 8),
        ": tensor 'w': shape holds something else than whole numbers from 0 on");
    refused(
        file(tensor("F32", "[99999999999999999999]", "[0,8]"), 8),
        ": tensor 'w': shape holds something else than whole numbers from 0 on");
    refused(
        file(tensor("F32", "[2]", "[8,0]"), 8),
        ": tensor 'w' lies at bytes [8, 0) of 8; is the file truncated?");
    refused(
        file(tensor("C128", "[2]", "[0,8]"), 8),
        ": tensor 'w': unknown dtype 'C128'; known are F32, F64, BF16, F16, I64, I32, I16, I8, U8,"
            + " BOOL");
    refused(
        file("{\"w\":{\"dtype\":\"F32\",\"shape\":[2]}}", 8),
        ": tensor 'w' must have dtype, shape and two data_offsets");
  }

  @Test
  void overlapsHolesAndDuplicates() throws Exception {
    String first = "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},";
    refused(
        file(first + "\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}}", 12),
        ": tensor 'b' begins at byte 4, inside the one before it");
    refused(
        file(first + "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[12,16]}}", 16),
        ": bytes [8, 12) belong to no tensor");
    refused(
        file(first + "\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,16]}}", 16),
        ": the header is not valid JSON: Duplicate field 'a'");
  }

  @Test
  void headersThatAreNoJson() throws Exception {
    refused(file("[]", 0), ": the header is not a JSON object");
    refused(file("{} {}", 0), ": there is text after the header's JSON object");
    refused(file(2, new byte[] {(byte) 0xc3, (byte) 0x28}, 0), ": the header is not UTF-8");
    assertThatThrownBy(() -> SafetensorsFile.open(file("{\"w\":", 0)))
        .isInstanceOf(AttuneException.class)
        .hasMessageContaining(": the header is not valid JSON: Unexpected end-of-input");
  }

  // ---- writing

  @Test
  void aFailedWriteLeavesNothingBehind() throws Exception {
    Path target = folder.resolve("model.safetensors");
    Files.writeString(target, "what was there before");
    Tensor closed = Tensors.zeros(Shape.of(2), DType.F32);
    closed.close();
    assertThatThrownBy(() -> SafetensorsWriter.write(target, Map.of("w", closed), Map.of()))
        .isInstanceOf(RuntimeException.class);
    assertThat(target).hasContent("what was there before");
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.map(path -> path.getFileName().toString()))
          .containsExactly("model.safetensors");
    }
  }

  /** /dev/full takes no byte, as a full disk. */
  @Test
  void aFullDiskIsOneLine() {
    Path full = Path.of("/dev/full");
    org.junit.jupiter.api.Assumptions.assumeTrue(Files.exists(full), "no /dev/full here");
    assertThatThrownBy(
            () ->
                AtomicFiles.write(
                    folder.resolve("x"),
                    channel -> {
                      try (var out =
                          java.nio.channels.FileChannel.open(
                              full, java.nio.file.StandardOpenOption.WRITE)) {
                        out.write(ByteBuffer.wrap(new byte[] {1}));
                      }
                    }))
        .isInstanceOf(AttuneException.class)
        .hasMessage(
            "output: "
                + folder.resolve("x")
                + " cannot be written: No space left on device; free some space or choose another"
                + " disk");
    assertThat(folder.resolve("x")).doesNotExist();
  }

  @Test
  void foldersAppearWholeAndReplaceOldOnes() throws Exception {
    Path target = folder.resolve("out");
    AtomicFiles.writeFolder(target, path -> Files.writeString(path.resolve("a"), "1"));
    AtomicFiles.writeFolder(target, path -> Files.writeString(path.resolve("b"), "2"));
    assertThat(target.resolve("a")).doesNotExist();
    assertThat(target.resolve("b")).hasContent("2");
    assertThatThrownBy(
            () ->
                AtomicFiles.writeFolder(
                    target,
                    path -> {
                      throw new IOException("the disk broke");
                    }))
        .hasMessage("output: " + target + " cannot be written: the disk broke");
    assertThat(target.resolve("b")).hasContent("2");
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.toList()).isEqualTo(List.of(target));
    }
  }
}
