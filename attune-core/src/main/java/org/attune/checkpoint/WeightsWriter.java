package org.attune.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.attune.AttuneException;
import org.attune.tensor.Tensor;

/**
 * Writes a model's tensors into its folder, as {@link Weights} reads them: one model.safetensors,
 * or, above a size, shards and their index, cut where transformers cuts them.
 */
public final class WeightsWriter {
  /** As the Hub advises: 5 GB. */
  public static final long MAX_SHARD_BYTES = 5_000_000_000L;

  private static final String OURS = "model(-[0-9]{5}-of-[0-9]{5})?\\.safetensors";

  private WeightsWriter() {}

  /** Writes one file, or shards of at most {@link #MAX_SHARD_BYTES}. */
  public static void write(Path folder, Map<String, Tensor> tensors) {
    write(folder, tensors, MAX_SHARD_BYTES);
  }

  /**
   * Writes one file, or shards of at most so many bytes; a larger tensor has a shard of its own.
   * Weights of an earlier model in the folder that are not overwritten are removed, for they would
   * be read in place of these or beside them.
   *
   * @param tensors in the order they are put into shards
   */
  public static void write(Path folder, Map<String, Tensor> tensors, long maxShardBytes) {
    List<Map<String, Tensor>> shards = cut(tensors, maxShardBytes);
    Set<String> written = new HashSet<>();
    if (shards.size() == 1) {
      SafetensorsWriter.write(folder.resolve(Weights.SINGLE), tensors, SafetensorsWriter.PYTORCH);
      written.add(Weights.SINGLE);
    } else {
      Map<String, String> fileByTensor = new LinkedHashMap<>();
      for (int i = 0; i < shards.size(); i++) {
        String name = String.format("model-%05d-of-%05d.safetensors", i + 1, shards.size());
        SafetensorsWriter.write(folder.resolve(name), shards.get(i), SafetensorsWriter.PYTORCH);
        shards.get(i).keySet().forEach(tensor -> fileByTensor.put(tensor, name));
        written.add(name);
      }
      // Last, so that an index never names a shard that is not there yet.
      index(fileByTensor, tensors).write(folder);
      written.add(ShardIndex.FILE);
    }
    removeOthers(folder, written);
  }

  /** In the tensors' order: a shard ends where the next tensor would make it too large. */
  static List<Map<String, Tensor>> cut(Map<String, Tensor> tensors, long maxShardBytes) {
    List<Map<String, Tensor>> shards = new ArrayList<>();
    Map<String, Tensor> shard = new LinkedHashMap<>();
    long bytes = 0;
    for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
      long size = bytes(entry.getValue());
      if (size > maxShardBytes) {
        shards.add(Map.of(entry.getKey(), entry.getValue()));
        continue;
      }
      if (bytes + size > maxShardBytes) {
        shards.add(shard);
        shard = new LinkedHashMap<>();
        bytes = 0;
      }
      shard.put(entry.getKey(), entry.getValue());
      bytes += size;
    }
    if (!shard.isEmpty() || shards.isEmpty()) {
      shards.add(shard);
    }
    return shards;
  }

  private static ShardIndex index(Map<String, String> fileByTensor, Map<String, Tensor> tensors) {
    long bytes = tensors.values().stream().mapToLong(WeightsWriter::bytes).sum();
    long parameters = tensors.values().stream().mapToLong(Tensor::numel).sum();
    return new ShardIndex(fileByTensor, bytes, parameters);
  }

  private static long bytes(Tensor tensor) {
    return tensor.numel() * tensor.dtype().bytes();
  }

  private static void removeOthers(Path folder, Set<String> written) {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        String name = file.getFileName().toString();
        boolean weights = name.matches(OURS) || name.equals(ShardIndex.FILE);
        if (weights && !written.contains(name)) {
          Files.delete(file);
        }
      }
    } catch (IOException e) {
      throw new AttuneException(
          "output: old weights in " + folder + " could not be removed: " + e.getMessage(), e);
    }
  }
}
