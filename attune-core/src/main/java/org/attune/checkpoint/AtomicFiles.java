package org.attune.checkpoint;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.attune.AttuneException;

/**
 * Writes files and folders that appear whole or not at all: under a temporary name beside the
 * target, synced to disk, then renamed. When anything fails the temporary file is removed and what
 * was there before stays.
 *
 * <p>A link is replaced, not written through: what it points to may be shared, as the Hub cache's
 * files are. A device or a pipe ({@code /dev/stdout}) is written to directly.
 */
public final class AtomicFiles {
  /** With the process's id it keeps temporary names of two writers apart. */
  private static final AtomicLong WRITES = new AtomicLong();

  private AtomicFiles() {}

  /** Writes the content of one file. */
  public interface Content {
    void writeTo(FileChannel channel) throws IOException;
  }

  /** Fills a folder. */
  public interface FolderContent {
    void writeTo(Path folder) throws IOException;
  }

  /**
   * Writes a file; its folder is made if need be.
   *
   * @throws AttuneException in one line when the disk is full or the file cannot be written
   */
  public static void write(Path file, Content content) {
    Path target = file.toAbsolutePath();
    if (Files.isDirectory(target)) {
      throw new AttuneException(
          "output: " + file + " is a folder, expected a file; choose another output");
    }
    boolean device = Files.exists(target) && !Files.isRegularFile(target);
    Path written = device ? target : hidden(target, "part");
    try {
      if (!device) {
        Files.createDirectories(target.getParent());
      }
      writeChannel(written, device, content);
      if (!device) {
        Files.move(written, target, StandardCopyOption.ATOMIC_MOVE);
        sync(target.getParent());
      }
    } catch (IOException e) {
      throw failure(file, e);
    } finally {
      if (!device) {
        deleteTreeQuietly(written);
      }
    }
  }

  private static void writeChannel(Path file, boolean device, Content content) throws IOException {
    StandardOpenOption create = device ? StandardOpenOption.WRITE : StandardOpenOption.CREATE_NEW;
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE, create)) {
      content.writeTo(channel);
      if (!device) {
        channel.force(true);
      }
    }
  }

  /** Writes a text file in UTF-8. */
  public static void write(Path file, String text) {
    write(
        file,
        channel -> {
          OutputStream out = Channels.newOutputStream(channel);
          out.write(text.getBytes(StandardCharsets.UTF_8));
          out.flush();
        });
  }

  /**
   * Writes a folder; one of that name is replaced.
   *
   * @throws AttuneException in one line when that is not possible
   */
  public static void writeFolder(Path folder, FolderContent content) {
    Path target = folder.toAbsolutePath();
    if (Files.exists(target) && !Files.isDirectory(target)) {
      throw new AttuneException(
          "output: " + folder + " is a file, expected a folder; choose another output");
    }
    Path draft = hidden(target, "part");
    try {
      Files.createDirectories(target.getParent());
      Files.createDirectory(draft);
      content.writeTo(draft);
      syncTree(draft);
      replace(target, draft);
      sync(target.getParent());
    } catch (IOException e) {
      throw failure(folder, e);
    } finally {
      deleteTreeQuietly(draft);
    }
  }

  /** No system call swaps two folders: the old one steps aside, and back should that fail. */
  private static void replace(Path target, Path draft) throws IOException {
    if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE);
      return;
    }
    Path old = hidden(target, "old");
    Files.move(target, old, StandardCopyOption.ATOMIC_MOVE);
    try {
      Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      Files.move(old, target, StandardCopyOption.ATOMIC_MOVE);
      throw e;
    }
    deleteTreeQuietly(old);
  }

  private static Path hidden(Path target, String kind) {
    return target.resolveSibling(
        String.format(
            ".%s.%s-%d-%d",
            target.getFileName(), kind, ProcessHandle.current().pid(), WRITES.incrementAndGet()));
  }

  private static AttuneException failure(Path target, IOException e) {
    String reason = reason(e);
    String advice = "";
    if (reason.startsWith("No space left") || reason.startsWith("Disk quota exceeded")) {
      advice = "; free some space or choose another disk";
    } else if (e instanceof FileSystemException) {
      advice = "; choose another output";
    }
    return new AttuneException("output: " + target + " cannot be written: " + reason + advice, e);
  }

  /** What the system said, without the temporary file's name. */
  /** Why a file or folder could not be written, in words that need no Java. */
  public static String reason(IOException e) {
    if (e instanceof AccessDeniedException) {
      return "permission denied";
    }
    if (e instanceof FileAlreadyExistsException exists) {
      return exists.getFile() + " is a file, expected a folder";
    }
    if (e instanceof NoSuchFileException missing) {
      return missing.getFile() + " does not exist";
    }
    if (e instanceof FileSystemException system && system.getReason() != null) {
      return system.getReason();
    }
    return String.valueOf(e.getMessage());
  }

  private static void syncTree(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path path : (Iterable<Path>) files::iterator) {
        sync(path);
      }
    }
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

  /** Deletes a file, or a folder and all in it; links are removed, not followed. */
  public static void deleteTree(Path folder) throws IOException {
    if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
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
      // What was to be reported is reported already; a hidden leftover harms nobody.
    }
  }
}
