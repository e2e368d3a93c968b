package org.attune.data;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.attune.AttuneException;
import org.attune.Sha256;

/**
 * A text as token ids on disk, read a block at a time: a text of any size takes no memory, any
 * block can be read at any time, and so the order of blocks can be random and a resumed run exact.
 *
 * <p>Three files that belong to this process alone and vanish with it: the tokens, four bytes each
 * with the sign bit set where a token goes on with the word before; where each line begins; which
 * line each document begins with.
 */
public final class TokenFile implements Closeable {
  private static final int CONTINUES = 1 << 31;

  private final Table tokens;
  private final Table lines;
  private final Table documents;
  private final String sha256;

  private TokenFile(Table tokens, Table lines, Table documents, String sha256) {
    this.tokens = tokens;
    this.lines = lines;
    this.documents = documents;
    this.sha256 = sha256;
  }

  /** Number of tokens, separators included. */
  public long size() {
    return tokens.count;
  }

  public long lines() {
    return lines.count - 1;
  }

  public long documents() {
    return documents.count - 1;
  }

  /** Number of the token a line begins with; for {@link #lines()} the number of all tokens. */
  public long lineStart(long line) {
    return lines.read(line, 1).getLong();
  }

  /** Tokens of one line. */
  public int lineLength(long line) {
    ByteBuffer bounds = lines.read(line, 2);
    return Math.toIntExact(-bounds.getLong() + bounds.getLong());
  }

  /** Number of the line a document begins with; for {@link #documents()} that of all lines. */
  public long documentStart(long document) {
    return documents.read(document, 1).getLong();
  }

  /**
   * Some tokens in a row.
   *
   * @param ids numbers in the vocabulary
   * @param starts whether each is the first of a word
   */
  @SuppressWarnings("ArrayRecordComponent") // handed straight on to a batch
  public record Tokens(int[] ids, boolean[] starts) {}

  /** The tokens from one on. */
  public Tokens read(long from, int count) {
    ByteBuffer buffer = tokens.read(from, count);
    int[] ids = new int[count];
    boolean[] starts = new boolean[count];
    for (int i = 0; i < count; i++) {
      int stored = buffer.getInt();
      ids[i] = stored & ~CONTINUES;
      starts[i] = (stored & CONTINUES) == 0;
    }
    return new Tokens(ids, starts);
  }

  /** SHA-256 of tokens, lines and documents: the same text and tokenizer give the same digest. */
  public String sha256() {
    return sha256;
  }

  @Override
  public void close() {
    tokens.close();
    lines.close();
    documents.close();
  }

  /** Numbers of equal width in a file without a name. */
  private static final class Table implements Closeable {
    private static final int BUFFER = 1 << 16;

    private final Path folder;
    private final FileChannel channel;
    private final int width;
    private final ByteBuffer pending = ByteBuffer.allocateDirect(BUFFER);
    private long count;

    Table(Path folder, int width) {
      this.folder = folder;
      this.width = width;
      try {
        Files.createDirectories(folder);
        Path file = Files.createTempFile(folder, ".attune-", ".tokens");
        channel =
            FileChannel.open(
                file,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                StandardOpenOption.DELETE_ON_CLOSE);
      } catch (IOException e) {
        throw failed("written", e);
      }
    }

    private AttuneException failed(String what, IOException e) {
      return new AttuneException(
          "data: tokens could not be " + what + " in " + folder + ": " + e.getMessage(), e);
    }

    void add(long value, MessageDigest digest) {
      if (pending.remaining() < width) {
        flush(digest);
      }
      if (width == Integer.BYTES) {
        pending.putInt((int) value);
      } else {
        pending.putLong(value);
      }
      count++;
    }

    void flush(MessageDigest digest) {
      pending.flip();
      digest.update(pending.duplicate());
      try {
        while (pending.hasRemaining()) {
          channel.write(pending);
        }
      } catch (IOException e) {
        throw failed("written", e);
      }
      pending.clear();
    }

    /** Safe for several threads: it moves no position. */
    ByteBuffer read(long from, int wanted) {
      if (from < 0 || wanted < 0 || from + wanted > count) {
        throw new IndexOutOfBoundsException("[" + from + ", " + (from + wanted) + ") of " + count);
      }
      ByteBuffer buffer = ByteBuffer.allocate(Math.multiplyExact(wanted, width));
      try {
        while (buffer.hasRemaining()) {
          if (channel.read(buffer, from * width + buffer.position()) < 0) {
            throw new IOException("it was cut short");
          }
        }
      } catch (IOException e) {
        throw failed("read", e);
      }
      return buffer.flip();
    }

    @Override
    public void close() {
      try {
        channel.close();
      } catch (IOException e) {
        throw failed("closed", e);
      }
    }
  }

  /** Fills a token file from front to back. */
  static final class Writer {
    private final MessageDigest digest;
    private final Table tokens;
    private final Table lines;
    private final Table documents;
    private boolean lineIsOpen;

    /** The files lie in a folder, which is made if need be. */
    Writer(Path folder) {
      digest = Sha256.digest();
      tokens = new Table(folder, Integer.BYTES);
      lines = new Table(folder, Long.BYTES);
      documents = new Table(folder, Long.BYTES);
      lines.add(0, digest);
      documents.add(0, digest);
    }

    void token(int id, boolean startsWord) {
      closeLine();
      tokens.add(startsWord ? id : id | CONTINUES, digest);
    }

    /** A token between documents; it belongs to the line before it. */
    void separator(int id) {
      tokens.add(id, digest);
    }

    void endLine() {
      closeLine();
      lineIsOpen = true;
    }

    private void closeLine() {
      if (lineIsOpen) {
        lines.add(tokens.count, digest);
        lineIsOpen = false;
      }
    }

    void endDocument() {
      closeLine();
      documents.add(lines.count - 1, digest);
    }

    TokenFile finish() {
      closeLine();
      tokens.flush(digest);
      lines.flush(digest);
      documents.flush(digest);
      return new TokenFile(tokens, lines, documents, HexFormat.of().formatHex(digest.digest()));
    }
  }
}
