package org.attune.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.attune.AttuneException;

/**
 * model.safetensors.index.json: which shard holds which tensor.
 *
 * @param fileByTensor a plain file name in the index's own folder, by tensor
 * @param totalBytes of all tensors
 * @param totalParameters their elements
 */
record ShardIndex(Map<String, String> fileByTensor, long totalBytes, long totalParameters) {
  static final String FILE = "model.safetensors.index.json";
  private static final long MAX_BYTES = 64 << 20;
  private static final int MAX_DEPTH = 8;

  /**
   * Reads a folder's index. The totals of the file are hints for downloaders and not believed.
   *
   * @throws AttuneException when it is damaged
   */
  static ShardIndex read(Path folder) {
    Path file = folder.resolve(FILE);
    JsonNode map =
        StrictJson.readObject(readBytes(file), "checkpoint", file.toString(), MAX_DEPTH)
            .path("weight_map");
    if (!map.isObject() || map.isEmpty()) {
      throw new AttuneException("checkpoint: " + file + " has no weight_map");
    }
    Map<String, String> files = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> field : map.properties()) {
      if (!field.getValue().isTextual()) {
        throw new AttuneException(
            "checkpoint: "
                + file
                + " gives "
                + field.getValue()
                + " as the file of '"
                + field.getKey()
                + "', expected a string");
      }
      files.put(field.getKey(), field.getValue().asText());
    }
    return new ShardIndex(files, 0, 0);
  }

  private static byte[] readBytes(Path file) {
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw new AttuneException(
            "checkpoint: "
                + file
                + " has "
                + Files.size(file)
                + " bytes, expected at most "
                + MAX_BYTES);
      }
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new AttuneException("checkpoint: " + file + " could not be read: " + e.getMessage(), e);
    }
  }

  /** Writes it as transformers does. */
  void write(Path folder) {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.putObject("metadata")
        .put("total_parameters", totalParameters)
        .put("total_size", totalBytes);
    ObjectNode map = root.putObject("weight_map");
    fileByTensor.forEach(map::put);
    AtomicFiles.write(folder.resolve(FILE), PythonJson.write(root) + "\n");
  }
}
