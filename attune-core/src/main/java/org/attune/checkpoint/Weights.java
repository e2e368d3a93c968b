package org.attune.checkpoint;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.attune.AttuneException;
import org.attune.NearNames;
import org.attune.tensor.DType;
import org.attune.tensor.Shape;
import org.attune.tensor.Tensor;

/** All tensors of a checkpoint folder: one model.safetensors, or shards and their index. */
public final class Weights implements Closeable {
  static final String SINGLE = "model.safetensors";
  static final String INDEX = ShardIndex.FILE;

  private final Map<String, WeightFile> byTensor;
  private final List<WeightFile> files;

  private Weights(Map<String, WeightFile> byTensor, List<WeightFile> files) {
    this.byTensor = byTensor;
    this.files = files;
  }

  /**
   * Opens and checks the files of a folder.
   *
   * @throws AttuneException when there are none, or one is damaged or missing
   */
  public static Weights open(Path folder) {
    if (Files.exists(folder.resolve(SINGLE))) {
      return of(SafetensorsFile.open(folder.resolve(SINGLE)));
    }
    if (Files.exists(folder.resolve(INDEX))) {
      return openShards(folder);
    }
    throw new AttuneException(
        "checkpoint: no weights in "
            + folder
            + ": looked for "
            + SINGLE
            + " and "
            + INDEX
            + pickles(folder));
  }

  /** All tensors of one file. */
  static Weights of(WeightFile file) {
    Map<String, WeightFile> byTensor = new LinkedHashMap<>();
    file.names().forEach(name -> byTensor.put(name, file));
    return new Weights(byTensor, List.of(file));
  }

  private static Weights openShards(Path folder) {
    Map<String, WeightFile> shards = new HashMap<>();
    Map<String, WeightFile> byTensor = new LinkedHashMap<>();
    List<WeightFile> opened = new ArrayList<>();
    try {
      for (Map.Entry<String, String> entry : ShardIndex.read(folder).fileByTensor().entrySet()) {
        String shard = entry.getValue();
        if (!shards.containsKey(shard)) {
          SafetensorsFile file = SafetensorsFile.open(shardPath(folder, shard));
          opened.add(file);
          shards.put(shard, file);
        }
        if (!shards.get(shard).names().contains(entry.getKey())) {
          throw new AttuneException(
              "checkpoint: "
                  + INDEX
                  + " says '"
                  + entry.getKey()
                  + "' is in "
                  + shard
                  + ", but it is not");
        }
        byTensor.put(entry.getKey(), shards.get(shard));
      }
      return new Weights(byTensor, opened);
    } catch (RuntimeException e) {
      opened.forEach(WeightFile::close);
      throw e;
    }
  }

  /**
   * Names of the files that a folder's index names.
   *
   * @throws AttuneException when the index is damaged or names anything but plain files
   */
  static Set<String> shards(Path folder) {
    Set<String> shards = new LinkedHashSet<>(ShardIndex.read(folder).fileByTensor().values());
    shards.forEach(Weights::checkShardName);
    return shards;
  }

  private static void checkShardName(String shard) {
    if (!shard.matches("[A-Za-z0-9._-]+\\.safetensors")) {
      throw new AttuneException(
          "checkpoint: "
              + INDEX
              + " names the file '"
              + shard
              + "', expected a plain .safetensors name");
    }
  }

  private static Path shardPath(Path folder, String shard) {
    checkShardName(shard);
    Path file = folder.resolve(shard);
    if (!Files.exists(file)) {
      throw new AttuneException(
          "checkpoint: " + INDEX + " names " + shard + ", which is not in " + folder);
    }
    return file;
  }

  private static String pickles(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      List<String> found =
          files
              .map(path -> path.getFileName().toString())
              .filter(name -> name.matches(".*\\.(bin|pt|pth|ckpt)"))
              .sorted()
              .toList();
      return found.isEmpty()
          ? ""
          : "; "
              + String.join(", ", found)
              + " are pickles, which can run code when loaded and are never opened: convert them with"
              + " transformers' save_pretrained";
    } catch (IOException e) {
      return "";
    }
  }

  /** Names of all tensors. */
  public Set<String> names() {
    return byTensor.keySet();
  }

  public DType dtype(String name) {
    return file(name).entry(name).dtype();
  }

  public Shape shape(String name) {
    return file(name).entry(name).shape();
  }

  /** Type, shape and place of a tensor in its file. */
  public TensorEntry entry(String name) {
    return file(name).entry(name);
  }

  /** The tensor as it is stored, over the file's memory. */
  public Tensor load(String name) {
    return file(name).tensor(name);
  }

  private WeightFile file(String name) {
    WeightFile file = byTensor.get(name);
    if (file == null) {
      throw new AttuneException(
          "checkpoint: there is no tensor '" + name + "'" + NearNames.hint(name, names()));
    }
    return file;
  }

  /** The files the tensors are in. */
  public List<Path> files() {
    return files.stream().map(WeightFile::path).toList();
  }

  /** Closes the files; tensors taken from them stay valid. */
  @Override
  public void close() {
    files.forEach(WeightFile::close);
  }
}
