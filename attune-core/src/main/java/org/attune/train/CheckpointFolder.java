package org.attune.train;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.attune.AttuneException;
import org.attune.Sha256;
import org.attune.checkpoint.AtomicFiles;
import org.attune.checkpoint.SafetensorsWriter;
import org.attune.tensor.Tensor;

/**
 * One {@code checkpoint-STEP} folder; the package comment gives its format. It appears under its
 * name only when all of it is on disk, so a run killed while saving leaves the one before.
 */
record CheckpointFolder(Path path, long step) {
  static final String WEIGHTS = "weights.safetensors";
  static final String OPTIMIZER = "optimizer.safetensors";
  static final String TECHNIQUES = "techniques.safetensors";
  static final String STATE = "trainer_state.json";
  private static final String MANIFEST = "manifest.json";
  private static final String PREFIX = "checkpoint-";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final ObjectWriter PRETTY = JSON.writerWithDefaultPrettyPrinter();

  /**
   * Writes a checkpoint; one of the same step is kept as it is, because it holds the same.
   *
   * @throws AttuneException when the disk refuses; earlier checkpoints are untouched
   */
  static CheckpointFolder write(
      Path output,
      TrainState state,
      Map<String, Tensor> weights,
      Map<String, Tensor> optimizer,
      Map<String, Tensor> techniques) {
    Path path = output.resolve(PREFIX + state.step());
    if (!Files.isDirectory(path)) {
      AtomicFiles.writeFolder(
          path,
          draft -> {
            SafetensorsWriter.write(draft.resolve(WEIGHTS), weights, SafetensorsWriter.PYTORCH);
            SafetensorsWriter.write(draft.resolve(OPTIMIZER), optimizer, SafetensorsWriter.PYTORCH);
            SafetensorsWriter.write(
                draft.resolve(TECHNIQUES), techniques, SafetensorsWriter.PYTORCH);
            AtomicFiles.write(draft.resolve(STATE), PRETTY.writeValueAsString(state));
            AtomicFiles.write(draft.resolve(MANIFEST), PRETTY.writeValueAsString(hashes(draft)));
          });
    }
    return new CheckpointFolder(path, state.step());
  }

  /** The checkpoints of an output folder, whole or torn, newest first. */
  static List<CheckpointFolder> all(Path output) {
    List<CheckpointFolder> found = new ArrayList<>();
    if (Files.isDirectory(output)) {
      try (DirectoryStream<Path> folders = Files.newDirectoryStream(output, PREFIX + "*")) {
        for (Path folder : folders) {
          String step = folder.getFileName().toString().substring(PREFIX.length());
          if (step.matches("\\d{1,18}") && Files.isDirectory(folder)) {
            found.add(new CheckpointFolder(folder, Long.parseLong(step)));
          }
        }
      } catch (IOException e) {
        throw new AttuneException("train: cannot list " + output + " (" + e.getMessage() + ")", e);
      }
    }
    found.sort(Comparator.comparingLong(CheckpointFolder::step).reversed());
    return found;
  }

  /**
   * The newest checkpoint whose files are all as they were written.
   *
   * @param torn told about each newer one that is not, as one line
   */
  static Optional<CheckpointFolder> newestValid(Path output, Consumer<String> torn) {
    for (CheckpointFolder folder : all(output)) {
      Optional<String> fault = folder.fault();
      if (fault.isEmpty()) {
        return Optional.of(folder);
      }
      torn.accept("train: " + folder.path + " is damaged (" + fault.get() + "); it is passed over");
    }
    return Optional.empty();
  }

  private Optional<String> fault() {
    try {
      Map<String, String> wanted =
          JSON.readValue(path.resolve(MANIFEST).toFile(), new TypeReference<>() {});
      Map<String, String> got = hashes(path);
      got.remove(MANIFEST);
      if (!got.keySet().containsAll(List.of(WEIGHTS, OPTIMIZER, TECHNIQUES, STATE))) {
        return Optional.of("a file is missing");
      }
      return wanted.entrySet().stream()
          .filter(entry -> !entry.getValue().equals(got.get(entry.getKey())))
          .findFirst()
          .map(entry -> entry.getKey() + " has another SHA-256 than its manifest says");
    } catch (IOException e) {
      return Optional.of(MANIFEST + " cannot be read");
    }
  }

  private static Map<String, String> hashes(Path folder) throws IOException {
    Map<String, String> hashes = new TreeMap<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        hashes.put(file.getFileName().toString(), sha256(file));
      }
    }
    return hashes;
  }

  private static String sha256(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file);
        DigestInputStream digest = new DigestInputStream(in, Sha256.digest())) {
      byte[] buffer = new byte[1 << 20];
      while (digest.read(buffer) >= 0) {
        // Reading is what updates the digest.
      }
      return HexFormat.of().formatHex(digest.getMessageDigest().digest());
    }
  }

  TrainState readState() {
    try {
      return JSON.readValue(path.resolve(STATE).toFile(), TrainState.class);
    } catch (IOException e) {
      throw new AttuneException(
          "train: " + path.resolve(STATE) + " cannot be read (" + e.getMessage() + ")", e);
    }
  }

  /**
   * The steps whose weights a run resumed from a checkpoint of this folder may have to end with.
   */
  static Set<Long> stepsOfBest(Path output) {
    return all(output).stream()
        .flatMap(folder -> folder.best().stream())
        .filter(Best::exists)
        .map(Best::step)
        .collect(Collectors.toSet());
  }

  /** Empty where the state is damaged: no run is resumed from such a folder. */
  private Optional<Best> best() {
    try {
      return Optional.of(readState().best());
    } catch (AttuneException e) {
      return Optional.empty();
    }
  }

  Path file(String name) {
    return path.resolve(name);
  }

  /** Keeps the newest few checkpoints of an output folder. */
  static void prune(Path output, int keep) {
    for (CheckpointFolder folder : all(output).stream().skip(keep).toList()) {
      try {
        AtomicFiles.deleteTree(folder.path);
      } catch (IOException e) {
        throw new AttuneException(
            "train: cannot delete " + folder.path + " (" + e.getMessage() + ")", e);
      }
    }
  }
}
