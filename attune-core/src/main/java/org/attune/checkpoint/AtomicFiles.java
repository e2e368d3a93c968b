package org.attune.checkpoint;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.attune.AttuneException;

/**
 * Writes files that appear whole or not at all: under a temporary name in the same folder, synced
 * to disk, then renamed. When anything fails the temporary file is removed and what was there
 * before stays.
 */
public final class AtomicFiles {
  private AtomicFiles() {}

  /** Writes the content of one file. */
  public interface Content {
    void writeTo(FileChannel channel) throws IOException;
  }

  /**
   * Writes a file.
   *
   * @throws AttuneException in one line when the disk is full or the folder cannot be written to
   */
  public static void write(Path file, Content content) {
    Path target = file.toAbsolutePath();
    Path temporary =
        target.resolveSibling(
            "." + target.getFileName() + ".part-" + ProcessHandle.current().pid());
    try {
      Files.createDirectories(target.getParent());
      try (FileChannel channel =
          FileChannel.open(
              temporary,
              StandardOpenOption.CREATE,
              StandardOpenOption.WRITE,
              StandardOpenOption.TRUNCATE_EXISTING)) {
        content.writeTo(channel);
        channel.force(true);
      }
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
      sync(target.getParent());
    } catch (IOException e) {
      deleteQuietly(temporary);
      throw failure(file, e);
    } catch (RuntimeException | Error e) {
      deleteQuietly(temporary);
      throw e;
    }
  }

  public static void write(Path file, String text) {
    write(
        file,
        channel -> {
          OutputStream out = Channels.newOutputStream(channel);
          out.write(text.getBytes(StandardCharsets.UTF_8));
          out.flush();
        });
  }

  /** Fills a folder. */
  public interface FolderContent {
    void writeTo(Path folder) throws IOException;
  }

  /**
   * Writes a folder that appears whole or not at all; one of that name is replaced.
   *
   * @throws AttuneException in one line when that is not possible
   */
  public static void writeFolder(Path folder, FolderContent content) {
    Path target = folder.toAbsolutePath();
    Path temporary =
        target.resolveSibling(
            "." + target.getFileName() + ".part-" + ProcessHandle.current().pid());
    try {
      Files.createDirectories(target.getParent());
      deleteTree(temporary);
      Files.createDirectory(temporary);
      content.writeTo(temporary);
      try (Stream<Path> files = Files.walk(temporary)) {
        for (Path path : (Iterable<Path>) files::iterator) {
          sync(path);
        }
      }
      if (Files.exists(target)) {
        Path old =
            target.resolveSibling(
                "." + target.getFileName() + ".old-" + ProcessHandle.current().pid());
        Files.move(target, old, StandardCopyOption.ATOMIC_MOVE);
        Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        deleteTree(old);
      } else {
        Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
      }
      sync(target.getParent());
    } catch (IOException e) {
      deleteTreeQuietly(temporary);
      throw failure(folder, e);
    } catch (RuntimeException | Error e) {
      deleteTreeQuietly(temporary);
      throw e;
    }
  }

  private static AttuneException failure(Path target, IOException e) {
    if (e instanceof AccessDeniedException) {
      return new AttuneException(
          "output: " + target + " cannot be written: permission denied; choose another output", e);
    }
    String reason = String.valueOf(e.getMessage());
    String advice =
        reason.contains("No space left") ? "; free some space or choose another disk" : "";
    return new AttuneException("output: " + target + " cannot be written: " + reason + advice, e);
  }

  /** Makes a rename, or a file's bytes, survive a power cut. */
  private static void sync(Path path) throws IOException {
    if (Files.isDirectory(path) && !System.getProperty("os.name").startsWith("Windows")) {
      try (FileChannel folder = FileChannel.open(path, StandardOpenOption.READ)) {
        folder.force(true);
      }
    } else if (Files.isRegularFile(path)) {
      try (FileChannel file = FileChannel.open(path, StandardOpenOption.WRITE)) {
        file.force(true);
      }
    }
  }

  /** Deletes a folder and all in it; links are removed, not followed. */
  public static void deleteTree(Path folder) throws IOException {
    if (!Files.exists(folder, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    List<Path> paths;
    try (Stream<Path> found = Files.walk(folder)) {
      paths = found.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : paths) {
      Files.delete(path);
    }
  }

  private static void deleteTreeQuietly(Path folder) {
    try {
      deleteTree(folder);
    } catch (IOException e) {
      // The first failure is the one to report.
    }
  }

  private static void deleteQuietly(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      // The first failure is the one to report.
    }
  }
}
