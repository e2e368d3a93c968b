package org.attune.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Set;
import org.attune.AttuneException;
import org.attune.NearNames;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;

/**
 * A safetensors file, opened and checked. Tensors are mapped, not read: their bytes come from disk
 * when they are first touched, and writing to them changes memory, never the file. As with every
 * mapped file, one that another program shortens while it is in use ends the process; Attune itself
 * only ever replaces files by renaming.
 */
public final class SafetensorsFile implements WeightFile {
  private static final int MIN_BYTES = 8 + 2;

  /** What a mapping can hold at most; a larger tensor is read into memory piece by piece. */
  private static final long MAX_MAPPING = 1L << 30;

  private final Path path;
  private final FileChannel channel;
  private final SafetensorsHeader header;
  private final long dataStart;
  private final boolean mappable;

  private SafetensorsFile(
      Path path, FileChannel channel, SafetensorsHeader header, long dataStart, boolean mappable) {
    this.path = path;
    this.channel = channel;
    this.header = header;
    this.dataStart = dataStart;
    this.mappable = mappable;
  }

  /**
   * Opens a file and checks its header.
   *
   * @throws AttuneException when it is damaged, no safetensors file, or a pickle
   */
  public static SafetensorsFile open(Path path) {
    if (Files.isDirectory(path)) {
      throw new AttuneException("safetensors: " + path + " is a folder, expected a file");
    }
    if (!Files.exists(path)) {
      throw new AttuneException("safetensors: " + path + " does not exist");
    }
    if (!Files.isRegularFile(path)) { // to open a pipe would wait for its writer
      throw new AttuneException("safetensors: " + path + " is a device or a pipe, expected a file");
    }
    FileChannel channel = null;
    try {
      // Java maps privately only what it might write to, though it never does.
      boolean mappable = Files.isWritable(path);
      channel =
          mappable
              ? FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)
              : FileChannel.open(path, StandardOpenOption.READ);
      return read(path, channel, mappable);
    } catch (IOException e) {
      closeQuietly(channel);
      throw new AttuneException(
          "safetensors: " + path + " could not be read: " + e.getMessage(), e);
    } catch (RuntimeException e) {
      closeQuietly(channel);
      throw e;
    }
  }

  private static SafetensorsFile read(Path path, FileChannel channel, boolean mappable)
      throws IOException {
    long size = channel.size();
    if (size == 0) {
      throw new AttuneException("safetensors: " + path + " is empty");
    }
    ByteBuffer start =
        ByteBuffer.wrap(bytes(channel, 0, (int) Math.min(MIN_BYTES, size)))
            .order(ByteOrder.LITTLE_ENDIAN);
    refusePickle(path, start, size);
    if (size < MIN_BYTES) {
      throw new AttuneException(
          "safetensors: "
              + path
              + " has "
              + size
              + " bytes, too few for a header; is it truncated?");
    }
    long length = start.getLong(0);
    if (length < 2 || length > SafetensorsHeader.MAX_BYTES) {
      throw new AttuneException(
          "safetensors: "
              + path
              + " claims a header of "
              + Long.toUnsignedString(length)
              + " bytes, expected 2 to "
              + SafetensorsHeader.MAX_BYTES
              + "; is it a safetensors file?");
    }
    if (length > size - 8) {
      throw new AttuneException(
          "safetensors: "
              + path
              + " claims a header of "
              + length
              + " bytes, but has only "
              + (size - 8)
              + " more; is it truncated?");
    }
    byte[] json = bytes(channel, 8, (int) length);
    SafetensorsHeader header = SafetensorsHeader.parse(json, size - 8 - length, path.toString());
    return new SafetensorsFile(path, channel, header, 8 + length, mappable);
  }

  /**
   * A zip, which PyTorch's .bin and .pt are, begins with PK; a bare pickle with its protocol, 0x80.
   * A header's length may begin with the same two bytes (640 is 80 02), so that a brace behind a
   * length that fits the file decides.
   */
  private static void refusePickle(Path path, ByteBuffer start, long size) {
    if (size < 2) {
      return;
    }
    boolean safetensors =
        size >= MIN_BYTES
            && start.get(8) == '{'
            && start.getLong(0) >= 0
            && start.getLong(0) <= size - 8;
    boolean zip = start.get(0) == 'P' && start.get(1) == 'K';
    boolean pickle = (start.get(0) & 0xff) == 0x80 && start.get(1) >= 2 && start.get(1) <= 5;
    if (!safetensors && (zip || pickle)) {
      throw new AttuneException(
          "safetensors: "
              + path
              + " is a PyTorch pickle, which can run code when it is loaded and is never opened;"
              + " convert it with transformers' save_pretrained, which writes model.safetensors");
    }
  }

  private static byte[] bytes(FileChannel channel, long at, int count) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(count);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, at + buffer.position()) < 0) {
        throw new IOException("the file ended early");
      }
    }
    return buffer.array();
  }

  @Override
  public Path path() {
    return path;
  }

  public Map<String, String> metadata() {
    return header.metadata();
  }

  /** Names of all tensors, in order of their bytes. */
  @Override
  public Set<String> names() {
    return header.tensors().keySet();
  }

  /**
   * Type, shape and place of a tensor.
   *
   * @throws AttuneException when there is none of that name
   */
  @Override
  public TensorEntry entry(String name) {
    TensorEntry entry = header.tensors().get(name);
    if (entry == null) {
      throw new AttuneException(
          "safetensors: " + path + " has no tensor '" + name + "'" + NearNames.hint(name, names()));
    }
    return entry;
  }

  /**
   * A tensor over the file's bytes, in the type they are stored in; copied only when not aligned.
   */
  @Override
  public Tensor tensor(String name) {
    TensorEntry entry = entry(name);
    try {
      if (entry.bytes() == 0) {
        return Tensors.empty(entry.shape(), entry.dtype());
      }
      if (mappable && entry.bytes() <= MAX_MAPPING) {
        ByteBuffer mapped = map(FileChannel.MapMode.PRIVATE, entry.begin(), entry.bytes());
        if (Tensors.isAligned(mapped, entry.dtype())) {
          return Tensors.wrap(mapped, entry.dtype(), entry.shape());
        }
      }
      return copy(entry);
    } catch (IOException e) {
      throw new AttuneException(
          "safetensors: " + path + ": tensor '" + name + "' could not be read: " + e.getMessage(),
          e);
    }
  }

  private Tensor copy(TensorEntry entry) throws IOException {
    Tensor tensor = Tensors.empty(entry.shape(), entry.dtype());
    for (long at = 0; at < entry.bytes(); at += MAX_MAPPING) {
      Tensors.fill(
          tensor,
          at,
          map(
              FileChannel.MapMode.READ_ONLY,
              entry.begin() + at,
              Math.min(MAX_MAPPING, entry.bytes() - at)));
    }
    return tensor;
  }

  private ByteBuffer map(FileChannel.MapMode mode, long begin, long length) throws IOException {
    return channel.map(mode, dataStart + begin, length).order(ByteOrder.nativeOrder());
  }

  /** Closes the file; tensors taken from it stay valid. */
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
