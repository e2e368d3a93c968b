package org.attune.recipe;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import org.attune.AttuneException;
import org.attune.checkpoint.AtomicFiles;

/**
 * The folder a run writes to, made before the run so that it does not find out at its end that its
 * model cannot be kept. Closed, it takes back the folders it made, if nothing came into them.
 */
final class OutputFolder implements AutoCloseable {
  /** Folders that were not there before, the innermost first. */
  private final Deque<Path> made;

  private OutputFolder(Deque<Path> made) {
    this.made = made;
  }

  /**
   * Makes the folder, and a file in it to see whether it can.
   *
   * @throws AttuneException when it is a file or cannot be written
   */
  static OutputFolder open(Path folder) {
    if (Files.exists(folder) && !Files.isDirectory(folder)) {
      throw new AttuneException(
          "output: " + folder + " is a file, expected a folder or a new name");
    }
    Deque<Path> made = new ArrayDeque<>();
    for (Path at = folder.toAbsolutePath(); at != null && !Files.exists(at); at = at.getParent()) {
      made.addLast(at);
    }
    OutputFolder output = new OutputFolder(made);
    try {
      Files.createDirectories(folder);
      Files.delete(Files.createTempFile(folder, ".attune-", ".check"));
    } catch (IOException e) {
      output.close();
      throw new AttuneException(
          "output: "
              + folder
              + " cannot be written: "
              + AtomicFiles.reason(e)
              + "; set output to another folder",
          e);
    }
    return output;
  }

  @Override
  public void close() {
    try {
      for (Path folder : made) {
        Files.deleteIfExists(folder);
      }
    } catch (IOException e) {
      // The run left something in it, as it should; or an empty folder stays, which harms nobody.
    }
  }
}
