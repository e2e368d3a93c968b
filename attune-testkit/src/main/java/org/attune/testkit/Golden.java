package org.attune.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.attune.checkpoint.SafetensorsFile;
import org.attune.tensor.Tensor;

/**
 * A folder of golden files: whole tensors and numbers that the reference stack computed.
 *
 * <p>It lies on the class path under {@code golden/} and holds {@code golden.safetensors} and
 * {@code golden.json}; where a model belongs to it, {@code config.json} and {@code
 * model.safetensors} too.
 */
public final class Golden {
  private final Path folder;
  private final Map<String, Tensor> tensors;
  private final JsonNode values;

  private Golden(Path folder, Map<String, Tensor> tensors, JsonNode values) {
    this.folder = folder;
    this.tensors = tensors;
    this.values = values;
  }

  /**
   * Reads a folder's two files.
   *
   * @param name path below {@code golden/}, as {@code bert/masked_lm}
   * @throws IllegalArgumentException when it is not on the class path
   */
  public static Golden read(String name) {
    return at(folder(name));
  }

  /** Reads the two files of any folder, as a script of a live check leaves them. */
  public static Golden at(Path folder) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    try (SafetensorsFile file = SafetensorsFile.open(folder.resolve("golden.safetensors"))) {
      // Kept: a golden is read once and used in many scopes.
      file.names().forEach(key -> tensors.put(key, file.tensor(key).keep()));
    }
    return new Golden(folder, tensors, json(folder.resolve("golden.json")));
  }

  /** The folder of golden files of this name. */
  public static Path folder(String name) {
    URL found = Golden.class.getResource("/golden/" + name);
    if (found == null) {
      throw new IllegalArgumentException(
          "no golden/" + name + " on the class path; does a script in reference/ write it?");
    }
    try {
      return Path.of(found.toURI());
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(
          "golden/" + name + " has an address of no use: " + found, e);
    }
  }

  /** A JSON file as a tree. */
  public static JsonNode json(Path file) {
    try {
      return new ObjectMapper().readTree(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where the files lie: a checkpoint, where the golden has a model. */
  public Path folder() {
    return folder;
  }

  /**
   * The tensor of this full name, as {@code right/logits}.
   *
   * @throws IllegalArgumentException listing what there is
   */
  public Tensor tensor(String name) {
    return find(name)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    folder + " has no tensor '" + name + "'; it has " + tensors.keySet()));
  }

  /** The tensor of this full name, if the reference gave one. */
  public Optional<Tensor> find(String name) {
    return Optional.ofNullable(tensors.get(name));
  }

  /** The tensors whose names start with a prefix, under what follows it. */
  public Map<String, Tensor> under(String prefix) {
    Map<String, Tensor> found = new LinkedHashMap<>();
    tensors.forEach(
        (name, tensor) -> {
          if (name.startsWith(prefix)) {
            found.put(name.substring(prefix.length()), tensor);
          }
        });
    return found;
  }

  /** The first parts of all names, before the slash: the cases of a forward pass. */
  public Stream<String> cases() {
    return tensors.keySet().stream().map(name -> name.split("/", 2)[0]).distinct().sorted();
  }

  /** The numbers of golden.json. */
  public JsonNode values() {
    return values;
  }

  @Override
  public String toString() {
    return tensors.keySet().stream().collect(Collectors.joining(", ", folder + ": ", ""));
  }
}
