package org.attune.train;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.attune.AttuneException;
import org.attune.checkpoint.AtomicFiles;
import org.attune.checkpoint.SafetensorsWriter;
import org.attune.nn.Parameter;

/**
 * The weights of the best evaluation, kept on disk as {@code best-STEP.safetensors} and not a
 * second time in memory.
 */
final class BestWeights implements AutoCloseable {
  private static final String PREFIX = "best-";
  private static final String SUFFIX = ".safetensors";

  private final Path folder;
  private final boolean temporary;

  /** Keeps them in the output folder, so that a resumed run finds them, or in a temporary one. */
  BestWeights(Optional<Path> output) {
    temporary = output.isEmpty();
    try {
      folder =
          output.isPresent()
              ? Files.createDirectories(output.get())
              : Files.createTempDirectory("attune-best");
    } catch (IOException e) {
      throw new AttuneException("train: cannot make a folder for the best weights: " + e, e);
    }
  }

  private Path file(long step) {
    return folder.resolve(PREFIX + step + SUFFIX);
  }

  void store(long step, Map<String, Parameter> parameters) {
    SafetensorsWriter.write(file(step), TensorFile.values(parameters), SafetensorsWriter.PYTORCH);
  }

  void restore(long step, Map<String, Parameter> parameters) {
    TensorFile.readInto(parameters, file(step));
  }

  /**
   * Makes sure that a resumed run can end with the best weights.
   *
   * @throws AttuneException when they are gone
   */
  void checkExists(long step) {
    if (!Files.exists(file(step))) {
      throw new AttuneException(
          "train: cannot resume: the best weights so far, "
              + file(step)
              + ", are missing; start anew in another output folder");
    }
  }

  /** Deletes the weights of all other steps. */
  void keepOnly(Set<Long> steps) {
    keepOnly(folder, steps);
  }

  /**
   * Deletes what only a run still under way needs. Weights that a checkpoint may yet end with stay,
   * so that it can be resumed.
   */
  static void keepForCheckpoints(Path output) {
    keepOnly(output, CheckpointFolder.stepsOfBest(output));
  }

  private static void keepOnly(Path folder, Set<Long> steps) {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, PREFIX + "*" + SUFFIX)) {
      for (Path file : files) {
        String name = file.getFileName().toString();
        String step = name.substring(PREFIX.length(), name.length() - SUFFIX.length());
        if (step.matches("\\d{1,18}") && !steps.contains(Long.parseLong(step))) {
          Files.delete(file);
        }
      }
    } catch (IOException e) {
      throw new AttuneException("train: cannot tidy up " + folder + ": " + e, e);
    }
  }

  @Override
  public void close() {
    if (temporary) {
      try {
        AtomicFiles.deleteTree(folder);
      } catch (IOException e) {
        throw new AttuneException("train: cannot delete " + folder + ": " + e, e);
      }
    }
  }
}
