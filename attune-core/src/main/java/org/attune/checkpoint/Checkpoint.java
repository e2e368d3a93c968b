package org.attune.checkpoint;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.attune.AttuneException;
import org.attune.NearNames;
import org.attune.Sha256;
import org.attune.text.GgufVocabulary;
import org.attune.text.Tokenizer;

/**
 * A model's folder: config.json, weights, tokenizer. Named by a path, as {@code builtin:NAME}, or
 * as {@code owner/name[@revision]} on the Hugging Face Hub. Or a GGUF file or a model of llama2.c,
 * by its path or that of a folder with just one: read as if it were such a folder. A GGUF file
 * holds its tokenizer too.
 *
 * <p>Opening reads config.json; weights and tokenizer are opened when they are asked for.
 */
public final class Checkpoint implements Closeable {
  private final String name;
  private final Path folder;
  private final ConfigJson config;
  private final Optional<ConfigJson> generation; // of a single file, which has no file of it
  private final Optional<GgufVocabulary> vocabulary;
  private Weights weights;
  private Tokenizer tokenizer;

  private Checkpoint(String name, Path folder) {
    this.name = name;
    this.folder = folder;
    this.config = ConfigJson.read(folder.resolve("config.json"));
    this.generation = Optional.empty();
    this.vocabulary = Optional.empty();
  }

  private Checkpoint(String name, SingleFile file) {
    this.name = name;
    this.folder = file.path().toAbsolutePath().getParent();
    this.config = file.config();
    this.generation = Optional.of(file.generation());
    this.vocabulary = file.vocabulary();
    this.weights = Weights.of(file.weights());
  }

  /**
   * Opens a checkpoint; one that has to be fetched first says so on standard error.
   *
   * @param name a folder, {@code builtin:all-minilm-l6-v2}, or {@code owner/name[@revision]}; a
   *     folder that exists is never taken for a hub's name
   * @throws AttuneException when there is no such checkpoint
   */
  public static Checkpoint open(String name) {
    return open(name, HubProgress.lines(System.err));
  }

  /** Opens a checkpoint, telling how a download goes. */
  public static Checkpoint open(String name, HubProgress progress) {
    return open(name, System.getenv(), progress);
  }

  static Checkpoint open(String name, Map<String, String> environment, HubProgress progress) {
    if (name.startsWith(BuiltinModels.PREFIX)) {
      return new Checkpoint(name, BuiltinModels.folder(name));
    }
    Path folder = path(name);
    if (Files.isRegularFile(folder)) {
      return new Checkpoint(name, SingleFile.open(singleFile(folder)));
    }
    if (!Files.isDirectory(folder)) {
      HubName hubName = HubName.parse(name).orElseThrow(() -> noFolder(folder));
      return new Checkpoint(name, fetched(hubName, folder, environment, progress));
    }
    if (!Files.exists(folder.resolve("config.json"))) {
      return new Checkpoint(name, SingleFile.open(singleFile(folder)));
    }
    return new Checkpoint(name, folder);
  }

  private static Path singleFile(Path path) {
    return SingleFile.find(path)
        .orElseThrow(
            () ->
                new AttuneException(
                    Files.isRegularFile(path)
                        ? "checkpoint: "
                            + path
                            + " is a file, expected the folder it lies in, with config.json, or a"
                            + " .gguf file or a model of llama2.c"
                        : "checkpoint: "
                            + path
                            + " has no config.json; is it the folder of a model?"));
  }

  private static Path path(String name) {
    try {
      return Path.of(name);
    } catch (InvalidPathException e) {
      throw new AttuneException(
          "checkpoint: '" + name + "' is no folder's name: " + e.getReason(), e);
    }
  }

  /** A misspelt relative folder looks like a hub's name too: the error shall help with both. */
  private static Path fetched(
      HubName name, Path folder, Map<String, String> environment, HubProgress progress) {
    try {
      return HubSnapshot.folder(name, HubSettings.of(environment), progress);
    } catch (AttuneException e) {
      String hint = nearFolder(folder);
      throw hint.isEmpty() ? e : new AttuneException(e.getMessage() + hint, e);
    }
  }

  private static AttuneException noFolder(Path folder) {
    String hint = nearFolder(folder);
    return new AttuneException(
        "checkpoint: there is no folder "
            + folder
            + (hint.isEmpty()
                ? "; name one with config.json and model.safetensors, a hub's owner/name, or"
                    + " builtin:all-minilm-l6-v2"
                : hint));
  }

  /** A suggestion out of the parent folder; empty when nothing there has a similar name. */
  private static String nearFolder(Path folder) {
    Path parent = folder.toAbsolutePath().getParent();
    if (parent == null || !Files.isDirectory(parent)) {
      return "";
    }
    try (Stream<Path> siblings = Files.list(parent)) {
      List<String> names =
          siblings
              .filter(Files::isDirectory)
              .map(sibling -> sibling.getFileName().toString())
              .filter(sibling -> !sibling.startsWith("."))
              .sorted()
              .toList();
      return NearNames.hint(String.valueOf(folder.getFileName()), names);
    } catch (IOException | UncheckedIOException e) {
      return ""; // a folder that may not be listed suggests nothing
    }
  }

  /** As the caller named it. */
  public String name() {
    return name;
  }

  public Path folder() {
    return folder;
  }

  public ConfigJson config() {
    return config;
  }

  public synchronized Weights weights() {
    if (weights == null) {
      weights = Weights.open(folder);
    }
    return weights;
  }

  /**
   * The model's tokenizer: the one in a GGUF file, else the folder's.
   *
   * @throws AttuneException when there is none, or it is damaged
   */
  public synchronized Tokenizer tokenizer() {
    if (tokenizer == null) {
      tokenizer = ownVocabulary().map(Tokenizer::of).orElseGet(() -> Tokenizer.load(folder));
    }
    return tokenizer;
  }

  /** Whether there is a tokenizer, sound or not. */
  public boolean hasTokenizer() {
    return ownVocabulary().isPresent() || Tokenizer.isIn(folder);
  }

  /** One of a kind that is not read is passed over where the folder has another. */
  private Optional<GgufVocabulary> ownVocabulary() {
    return vocabulary.filter(own -> own.isKnown() || !Tokenizer.isIn(folder));
  }

  /** What generation_config.json would say of a model in a single file. */
  Optional<ConfigJson> generation() {
    return generation;
  }

  /** SHA-256 over the weights' files: reads them whole. */
  public String sha256() {
    try {
      MessageDigest digest = Sha256.digest();
      for (Path file : weights().files()) {
        try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
          in.transferTo(java.io.OutputStream.nullOutputStream());
        }
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (IOException e) {
      throw new AttuneException(
          "checkpoint: " + folder + " could not be read: " + e.getMessage(), e);
    }
  }

  /** Closes the files; a model and a tokenizer taken from here stay valid. */
  @Override
  public synchronized void close() {
    if (weights != null) {
      weights.close();
    }
  }
}
