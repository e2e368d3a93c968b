package org.attune.data;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import org.attune.AttuneException;

/** Refuses a file that is not UTF-8 text, and says in which line. */
final class TextCheck {
  private static final int BLOCK = 1 << 16;

  private final Path file;
  private long line = 1;

  private TextCheck(Path file) {
    this.file = file;
  }

  static void check(Path file) {
    try (InputStream in = open(file)) {
      new TextCheck(file).scan(in);
    } catch (IOException e) {
      throw new AttuneException("data: " + file + " could not be read: " + e.getMessage(), e);
    }
  }

  static InputStream open(Path file) throws IOException {
    InputStream in = new BufferedInputStream(Files.newInputStream(file), BLOCK);
    if (!file.toString().endsWith(".gz")) {
      return in;
    }
    try {
      return new GZIPInputStream(in, BLOCK);
    } catch (IOException e) {
      in.close();
      throw e;
    }
  }

  private void scan(InputStream in) throws IOException {
    CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    ByteBuffer bytes = ByteBuffer.allocate(BLOCK);
    CharBuffer chars = CharBuffer.allocate(BLOCK);
    boolean end = false;
    while (!end) {
      int read = in.read(bytes.array(), bytes.position(), bytes.remaining());
      end = read < 0;
      bytes.position(bytes.position() + Math.max(read, 0));
      bytes.flip();
      CoderResult result = decoder.decode(bytes, chars, end);
      chars.flip();
      count(chars);
      if (result.isError()) {
        throw notUtf8(bytes.get(bytes.position()) & 0xff);
      }
      bytes.compact();
      chars.clear();
    }
  }

  private AttuneException notUtf8(int unexpected) {
    // No UTF-8 text has these bytes; as the first they are UTF-16's byte order mark.
    boolean utf16 = line == 1 && (unexpected == 0xff || unexpected == 0xfe);
    return new AttuneException(
        String.format(
            "data: %s is not UTF-8: line %d has the byte 0x%02X where no character has it; convert it,"
                + " for example with iconv -f %s -t utf-8",
            file, line, unexpected, utf16 ? "utf-16" : "latin1"));
  }

  private void count(CharBuffer chars) {
    char[] array = chars.array();
    for (int i = 0; i < chars.limit(); i++) {
      if (array[i] == '\n') {
        line++;
      } else if (array[i] == 0) {
        throw new AttuneException(
            "data: "
                + file
                + " has a NUL byte in line "
                + line
                + "; is it text? Remove such bytes, or convert it from UTF-16");
      }
    }
  }
}
