package org.attune.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.attune.AttuneException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFilesTest {
  @TempDir Path folder;

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  /** Whatever a test does, no temporary file stays. */
  @AfterEach
  void nothingHiddenIsLeft() throws IOException {
    assertThat(names()).noneMatch(name -> name.startsWith("."));
  }

  private static void refused(Runnable write, String message) {
    assertThatThrownBy(write::run).isInstanceOf(AttuneException.class).hasMessage(message);
  }

  @Test
  void filesAreReplacedAndTheirFoldersMade() {
    Path file = folder.resolve("new").resolve("a.txt");
    AtomicFiles.write(file, "one");
    AtomicFiles.write(file, "été");
    assertThat(file).hasContent("été");
  }

  @Test
  void aFolderWhereAFileIsExpected() {
    refused(
        () -> AtomicFiles.write(folder, "x"),
        "output: " + folder + " is a folder, expected a file; choose another output");
  }

  @Test
  void aFileWhereAFolderIsExpected() throws Exception {
    Path file = Files.writeString(folder.resolve("a"), "mine");
    refused(
        () -> AtomicFiles.write(file.resolve("b"), "x"),
        "output: "
            + file.resolve("b")
            + " cannot be written: "
            + file
            + " is a file, expected a folder; choose another output");
    refused(
        () -> AtomicFiles.writeFolder(file, draft -> {}),
        "output: " + file + " is a file, expected a folder; choose another output");
    assertThat(file).hasContent("mine");
  }

  @Test
  void aFolderThatTakesNoFiles() {
    Path system = Path.of("/proc/attune");
    assumeTrue(Files.isDirectory(Path.of("/proc/self")), "no /proc here");
    assertThatThrownBy(() -> AtomicFiles.write(system.resolve("x"), "x"))
        .isInstanceOf(AttuneException.class)
        .hasMessageStartingWith("output: /proc/attune/x cannot be written: ")
        .hasMessageEndingWith("; choose another output");
  }

  @Test
  void aLinkIsReplacedAndItsTargetKept() throws Exception {
    Path shared = Files.writeString(folder.resolve("shared"), "shared");
    Path link = Files.createSymbolicLink(folder.resolve("link"), shared);
    AtomicFiles.write(link, "mine");
    assertThat(shared).hasContent("shared");
    assertThat(Files.isSymbolicLink(link)).isFalse();
    assertThat(link).hasContent("mine");
  }

  @Test
  void devicesAreWrittenToAndStayDevices() {
    Path device = Path.of("/dev/null");
    assumeTrue(Files.exists(device), "no /dev/null here");
    AtomicFiles.write(device, "gone");
    assertThat(Files.isRegularFile(device)).isFalse();
  }

  /** /dev/full takes no byte, as a full disk. */
  @Test
  void aFullDiskIsOneLine() {
    Path full = Path.of("/dev/full");
    assumeTrue(Files.exists(full), "no /dev/full here");
    refused(
        () -> AtomicFiles.write(full, "x"),
        "output: /dev/full cannot be written: No space left on device; free some space or choose"
            + " another disk");
    Path file = folder.resolve("x");
    refused(
        () ->
            AtomicFiles.write(
                file,
                channel -> {
                  try (FileChannel out = FileChannel.open(full, StandardOpenOption.WRITE)) {
                    out.write(ByteBuffer.wrap(new byte[] {1}));
                  }
                }),
        "output: "
            + file
            + " cannot be written: No space left on device; free some space or choose another disk");
    assertThat(file).doesNotExist();
  }

  @Test
  void aFailedReplacementKeepsTheOldFolder() throws Exception {
    Path target = folder.resolve("out");
    AtomicFiles.writeFolder(target, draft -> Files.writeString(draft.resolve("a"), "1"));
    refused(
        () ->
            AtomicFiles.writeFolder(
                target,
                draft -> {
                  Files.writeString(draft.resolve("b"), "2");
                  throw new IOException("the disk broke");
                }),
        "output: " + target + " cannot be written: the disk broke");
    assertThat(target.resolve("a")).hasContent("1");
    assertThat(names()).containsExactly("out");
  }

  @Test
  void threadsThatWriteOneFileLeaveOneOfTheirTexts() throws Exception {
    Path file = folder.resolve("contested");
    ExecutorService threads = Executors.newFixedThreadPool(4);
    List<Future<?>> writes = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      String text = Integer.toString(i % 10).repeat(10_000);
      writes.add(threads.submit(() -> AtomicFiles.write(file, text)));
    }
    for (Future<?> write : writes) {
      write.get();
    }
    threads.shutdown();
    String found = Files.readString(file);
    assertThat(found).hasSize(10_000).containsOnlyOnce(found.substring(0, 1).repeat(10_000));
    assertThat(names()).containsExactly("contested");
  }
}
