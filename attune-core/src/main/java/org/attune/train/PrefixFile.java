package org.attune.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Optional;
import org.attune.AttuneException;
import org.attune.Sha256;
import org.attune.data.Batch;
import org.attune.tensor.DType;
import org.attune.tensor.Shape;
import org.attune.tensor.Tensor;
import org.attune.tensor.Tensors;

/**
 * States [t, D] of each row of a data set on disk, where t is the row's length, or 1 where the
 * layers give one state a row. {@link #HEADER_BYTES} bytes hold one JSON object, {@link Header},
 * and spaces; then come the numbers, little-endian, row after row, the longest first ({@link
 * PrefixRows}).
 *
 * <p>Rows are read by position and not mapped: the system keeps what it has memory for, and the
 * process holds one batch, however large the file.
 */
final class PrefixFile implements AutoCloseable {
  static final int HEADER_BYTES = 4096;
  private static final int CHUNK = 1 << 20;
  private static final int MOST_WIDTH = 1 << 20;

  /**
   * What the file says of itself.
   *
   * @param key SHA-256 of the frozen weights, the tokens and what the first batch gave
   * @param width D
   * @param single whether there is one state a row
   * @param stored F32 or BF16
   * @param states the type that the layers gave
   * @param sha256 of the numbers
   */
  record Header(String key, int width, boolean single, DType stored, DType states, String sha256) {
    int tokens(int length) {
      return single ? Math.min(1, length) : length;
    }

    long bytes(int length) {
      return (long) tokens(length) * width * stored.bytes();
    }

    ByteBuffer bytes() {
      try {
        String json = new ObjectMapper().writeValueAsString(this);
        String padded = json + " ".repeat(HEADER_BYTES - json.length() - 1) + "\n";
        return ByteBuffer.wrap(padded.getBytes(StandardCharsets.US_ASCII));
      } catch (JsonProcessingException e) {
        throw new IllegalStateException("a record of plain values became no JSON", e);
      }
    }
  }

  private final Path path;
  private final FileChannel channel;
  private final Header header;
  private final int[] lengths; // by row
  private final long[] offsets; // by row
  private final long[] prints; // by row
  private ByteBuffer room = ByteBuffer.allocateDirect(0);

  private PrefixFile(
      Path path, FileChannel channel, Header header, PrefixRows rows, long[] prints) {
    this.path = path;
    this.channel = channel;
    this.header = header;
    this.prints = prints;
    lengths = new int[rows.size()];
    offsets = new long[rows.size()];
    long at = HEADER_BYTES;
    for (int place = 0; place < rows.size(); place++) {
      int row = rows.row(place);
      lengths[row] = rows.length(row);
      offsets[row] = at;
      at += header.bytes(lengths[row]);
    }
  }

  /**
   * Opens a file if it is there and holds what is wanted, to the last byte; nothing of it is
   * believed before.
   *
   * @param key that its header must have
   * @param prints of the rows, by number
   */
  static Optional<PrefixFile> open(Path path, String key, PrefixRows rows, long[] prints) {
    if (!Files.isRegularFile(path)) {
      return Optional.empty();
    }
    FileChannel channel = null;
    try {
      channel = FileChannel.open(path, StandardOpenOption.READ);
      Optional<Header> header = header(channel, key);
      if (header.isPresent() && isWhole(channel, header.get(), rows)) {
        return Optional.of(new PrefixFile(path, channel, header.get(), rows, prints));
      }
      channel.close();
      return Optional.empty();
    } catch (IOException e) {
      closeQuietly(channel);
      return Optional.empty();
    }
  }

  private static Optional<Header> header(FileChannel channel, String key) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(HEADER_BYTES);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes, bytes.position()) < 0) {
        return Optional.empty();
      }
    }
    try {
      String json = new String(bytes.array(), StandardCharsets.US_ASCII);
      Header header = new ObjectMapper().readValue(json, Header.class);
      boolean good =
          key.equals(header.key())
              && header.width() > 0
              && header.width() <= MOST_WIDTH
              && header.stored() != null
              && header.states() != null;
      return good ? Optional.of(header) : Optional.empty();
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }

  private static boolean isWhole(FileChannel channel, Header header, PrefixRows rows)
      throws IOException {
    long expected = HEADER_BYTES;
    for (int row = 0; row < rows.size(); row++) {
      expected += header.bytes(rows.length(row));
    }
    if (channel.size() != expected) {
      return false;
    }
    MessageDigest digest = Sha256.digest();
    ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
    channel.position(HEADER_BYTES);
    while (channel.read(chunk) >= 0) {
      digest.update(chunk.flip());
      chunk.clear();
    }
    return HexFormat.of().formatHex(digest.digest()).equals(header.sha256());
  }

  private static void closeQuietly(FileChannel channel) {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      // What was to be said has been said; a reader loses nothing.
    }
  }

  Header header() {
    return header;
  }

  long bytes() {
    try {
      return channel.size();
    } catch (IOException e) {
      throw failure(e);
    }
  }

  /**
   * The states [B, T, D] of a batch's rows, or [B, 1, D]; zero behind a row's end.
   *
   * @throws AttuneException when the rows are not what they were when the file was made
   */
  Tensor states(Batch batch) {
    int rows = batch.rows();
    int places = header.single() ? 1 : batch.length();
    long rowBytes = (long) places * header.width() * header.stored().bytes();
    Tensor states = Tensors.zeros(Shape.of(rows, places, header.width()), header.stored());
    for (int i = 0; i < rows; i++) {
      int row = batch.index()[i];
      if (PrefixRows.print(batch, i, lengths[row]) != prints[row]) {
        throw new AttuneException(
            "prefix_cache: row "
                + row
                + " has other tokens than when its states were computed: the task changes its rows"
                + " from epoch to epoch; leave prefix_cache out");
      }
      Tensors.fill(states, i * rowBytes, read(offsets[row], (int) header.bytes(lengths[row])));
    }
    return header.states() == header.stored() ? states : states.to(header.states());
  }

  private ByteBuffer read(long offset, int count) {
    if (room.capacity() < count) {
      room = ByteBuffer.allocateDirect(count);
    }
    room.clear().limit(count);
    try {
      while (room.hasRemaining()) {
        if (channel.read(room, offset + room.position()) < 0) {
          throw new IOException("it has become shorter");
        }
      }
    } catch (IOException e) {
      throw failure(e);
    }
    return room.flip();
  }

  private AttuneException failure(IOException e) {
    return new AttuneException(
        "prefix_cache: " + path + " could not be read: " + e.getMessage(), e);
  }

  @Override
  public void close() {
    closeQuietly(channel);
  }
}
