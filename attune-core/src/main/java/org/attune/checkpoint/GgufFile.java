package org.attune.checkpoint;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import org.attune.AttuneException;
import org.attune.NearNames;
import org.attune.tensor.DType;
import org.attune.tensor.Tensor;

/**
 * A GGUF file, opened and checked. Tensors have the file's names; they are read as F32, whatever
 * they are stored as.
 */
final class GgufFile implements WeightFile {
  private final Path path;
  private final FileChannel channel;
  private final GgufHeader header;

  private GgufFile(Path path, FileChannel channel, GgufHeader header) {
    this.path = path;
    this.channel = channel;
    this.header = header;
  }

  /**
   * Opens a file and checks its header.
   *
   * @throws AttuneException when it is damaged or no GGUF file
   */
  static GgufFile open(Path path) {
    if (!Files.isRegularFile(path)) { // to open a pipe would wait for its writer
      throw new AttuneException("gguf: " + path + " is not a regular file");
    }
    FileChannel channel = null;
    try {
      channel = FileChannel.open(path, StandardOpenOption.READ);
      return new GgufFile(path, channel, GgufHeader.read(channel, path.toString()));
    } catch (IOException e) {
      closeQuietly(channel);
      throw unreadable(path, e);
    } catch (RuntimeException e) {
      closeQuietly(channel);
      throw e;
    }
  }

  private static AttuneException unreadable(Path path, IOException e) {
    return new AttuneException("gguf: " + path + " could not be read: " + e.getMessage(), e);
  }

  GgufHeader header() {
    return header;
  }

  @Override
  public Path path() {
    return path;
  }

  @Override
  public Set<String> names() {
    return header.tensors().keySet();
  }

  /** The type is the one read tensors have; the bytes are those in the file. */
  @Override
  public TensorEntry entry(String name) {
    GgufHeader.Stored stored = stored(name);
    long end = stored.offset() + stored.bytes();
    return new TensorEntry(name, DType.F32, stored.shape(), stored.offset(), end);
  }

  private GgufHeader.Stored stored(String name) {
    GgufHeader.Stored stored = header.tensors().get(name);
    if (stored == null) {
      throw new AttuneException(
          "gguf: " + path + " has no tensor '" + name + "'" + NearNames.hint(name, names()));
    }
    return stored;
  }

  /** The numbers as F32. */
  @Override
  public Tensor tensor(String name) {
    GgufHeader.Stored stored = stored(name);
    long at = header.dataStart() + stored.offset();
    try {
      return StoredNumbers.read(channel, at, stored.bytes(), stored.type(), stored.shape());
    } catch (IOException e) {
      throw unreadable(path, e);
    }
  }

  @Override
  public void close() {
    closeQuietly(channel);
  }

  private static void closeQuietly(FileChannel channel) {
    if (channel != null) {
      try {
        channel.close();
      } catch (IOException e) {
        // Nothing was written, so nothing is lost.
      }
    }
  }
}
