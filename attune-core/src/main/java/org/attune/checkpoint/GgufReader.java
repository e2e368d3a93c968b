package org.attune.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.attune.AttuneException;

/**
 * Reads the numbers and strings of a GGUF file's header one after the other. Nothing is allocated
 * by a length before the file is known to hold as much.
 */
final class GgufReader {
  /** Enough for a chat template or a long token. */
  private static final int MAX_STRING = 1 << 24;

  /** A header holds a vocabulary at most: tens of megabytes. */
  private static final long MAX_HEADER = 1L << 28;

  private final FileChannel channel;
  private final String where;
  private final long end;
  private final ByteBuffer buffer =
      ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN).limit(0);
  private long fetched; // bytes of the file that went into the buffer

  GgufReader(FileChannel channel, String where) throws IOException {
    this.channel = channel;
    this.where = where;
    this.end = Math.min(channel.size(), MAX_HEADER);
  }

  /** Bytes read so far. */
  long position() {
    return fetched - buffer.remaining();
  }

  /** Bytes that a header may still have. */
  long remaining() {
    return end - position();
  }

  byte int8() throws IOException {
    return need(1).get();
  }

  short int16() throws IOException {
    return need(2).getShort();
  }

  int int32() throws IOException {
    return need(4).getInt();
  }

  long int64() throws IOException {
    return need(8).getLong();
  }

  float float32() throws IOException {
    return need(4).getFloat();
  }

  double float64() throws IOException {
    return need(8).getDouble();
  }

  /**
   * A count of things of which each takes some bytes at least.
   *
   * @param what for messages, as {@code "tensors"}
   * @throws AttuneException when the file cannot hold as many
   */
  int count(String what, int bytesEach, int most) throws IOException {
    long count = int64();
    if (count < 0 || count > most || count > remaining() / bytesEach) {
      throw damaged(
          "claims "
              + Long.toUnsignedString(count)
              + " "
              + what
              + ", expected at most "
              + Math.min(most, remaining() / bytesEach));
    }
    return (int) count;
  }

  String string() throws IOException {
    int length = count("bytes of a string", 1, MAX_STRING);
    byte[] bytes = new byte[length];
    for (int at = 0; at < length; ) {
      int part = Math.min(length - at, buffer.capacity());
      need(part).get(bytes, at, part);
      at += part;
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw damaged("holds a string that is not UTF-8, before byte " + position());
    }
  }

  /** The buffer, with so many bytes at least. */
  private ByteBuffer need(int bytes) throws IOException {
    if (bytes > remaining()) {
      throw damaged(
          "ends within its header, at byte " + position() + " of " + end + "; is it truncated?");
    }
    if (buffer.remaining() < bytes) {
      buffer.compact();
      while (buffer.position() < bytes) {
        int read = channel.read(buffer, fetched);
        if (read < 0) {
          throw new IOException("the file ended early");
        }
        fetched += read;
      }
      buffer.flip();
    }
    return buffer;
  }

  AttuneException damaged(String what) {
    return new AttuneException("gguf: " + where + " " + what);
  }
}
