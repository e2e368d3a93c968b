package org.attune.checkpoint;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.attune.AttuneException;
import org.attune.text.Tokenizer;

/**
 * A model's folder: config.json, weights, tokenizer. Named by a path, or as {@code builtin:NAME}.
 *
 * <p>Opening reads config.json; weights and tokenizer are opened when they are asked for.
 */
public final class Checkpoint implements Closeable {
  private final String name;
  private final Path folder;
  private final ConfigJson config;
  private Weights weights;
  private Tokenizer tokenizer;

  private Checkpoint(String name, Path folder) {
    this.name = name;
    this.folder = folder;
    this.config = ConfigJson.read(folder.resolve("config.json"));
  }

  /**
   * Opens a checkpoint.
   *
   * @param name a folder, or {@code builtin:all-minilm-l6-v2}
   * @throws AttuneException when there is no such checkpoint
   */
  public static Checkpoint open(String name) {
    if (name.startsWith(BuiltinModels.PREFIX)) {
      return new Checkpoint(name, BuiltinModels.folder(name));
    }
    Path folder;
    try {
      folder = Path.of(name);
    } catch (InvalidPathException e) {
      throw new AttuneException(
          "checkpoint: '" + name + "' is no folder's name: " + e.getReason(), e);
    }
    if (Files.isRegularFile(folder)) {
      throw new AttuneException(
          "checkpoint: " + name + " is a file, expected the folder it lies in, with config.json");
    }
    if (!Files.isDirectory(folder)) {
      throw new AttuneException(
          "checkpoint: there is no folder "
              + name
              + "; name one with config.json and model.safetensors, or builtin:all-minilm-l6-v2");
    }
    if (!Files.exists(folder.resolve("config.json"))) {
      throw new AttuneException(
          "checkpoint: " + name + " has no config.json; is it the folder of a model?");
    }
    return new Checkpoint(name, folder);
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

  public synchronized Tokenizer tokenizer() {
    if (tokenizer == null) {
      tokenizer = Tokenizer.load(folder);
    }
    return tokenizer;
  }

  /** SHA-256 over the weights' files: reads them whole. */
  public String sha256() {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (Path file : weights().files()) {
        try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
          in.transferTo(java.io.OutputStream.nullOutputStream());
        }
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
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
