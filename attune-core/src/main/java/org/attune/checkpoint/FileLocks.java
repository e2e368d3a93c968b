package org.attune.checkpoint;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.attune.AttuneException;

/** Work that only one thread of one process may do at a time on this machine. */
final class FileLocks {
  /** A file lock belongs to the whole process: its threads are kept apart by these. */
  private static final Map<Path, Object> MONITORS = new ConcurrentHashMap<>();

  private FileLocks() {}

  /**
   * Waits for the lock, then works. The file stays, empty: to remove it would let a third process
   * lock a new one of the same name.
   */
  static void exclusively(Path file, Runnable work) {
    Path key = file.toAbsolutePath().normalize();
    synchronized (MONITORS.computeIfAbsent(key, path -> new Object())) {
      try {
        Files.createDirectories(key.getParent());
        try (FileChannel channel =
                FileChannel.open(key, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = channel.lock()) {
          assert lock.isValid();
          work.run();
        }
      } catch (IOException e) {
        throw new AttuneException("output: " + file + " cannot be locked: " + e.getMessage(), e);
      }
    }
  }
}
