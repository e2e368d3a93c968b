package org.attune.data;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.attune.AttuneException;

/**
 * Text as a tokenizer learns from it: of plain text each line with its line break, of a table each
 * row's whole text. Blank lines count, as they do in Hugging Face's {@code train(files)}.
 */
public final class TextLines {
  private static final int BLOCK = 1 << 16;

  /** More characters in one line are no text that should be split in one piece. */
  private static final int LONGEST_LINE = 1 << 26;

  private final Path file;
  private final Consumer<String> sink;
  private final StringBuilder line = new StringBuilder();
  private boolean first = true;

  private TextLines(Path file, Consumer<String> sink) {
    this.file = file;
    this.sink = sink;
  }

  /**
   * Reads all files of a source in order of their names. Documents play no part; {@code limit} does
   * not count.
   *
   * @throws AttuneException saying file and line or row of what is wrong
   */
  public static void read(TextSource source, Consumer<String> sink) {
    for (Path file : FileSet.of(source.path())) {
      TextSource.Format format = source.format().orElseGet(() -> TextStream.formatOf(file));
      if (format == TextSource.Format.TEXT) {
        TextCheck.check(file);
        new TextLines(file, sink).lines();
      } else {
        TextStream.rows(source, file, format, sink);
      }
    }
  }

  private void lines() {
    try (Reader reader =
        new BufferedReader(
            new InputStreamReader(TextCheck.open(file), StandardCharsets.UTF_8.newDecoder()))) {
      char[] block = new char[BLOCK];
      for (int read = reader.read(block); read >= 0; read = reader.read(block)) {
        int from = 0;
        for (int i = 0; i < read; i++) {
          if (block[i] == '\n') {
            append(block, from, i + 1);
            end();
            from = i + 1;
          }
        }
        append(block, from, read);
      }
      end();
    } catch (CharacterCodingException e) {
      throw new AttuneException("data: " + file + " is not UTF-8", e);
    } catch (IOException e) {
      throw new AttuneException("data: " + file + " could not be read: " + e.getMessage(), e);
    }
  }

  private void append(char[] block, int from, int to) {
    line.append(block, from, to - from);
    if (line.length() > LONGEST_LINE) {
      throw new AttuneException(
          "data: " + file + " has a line of more than " + LONGEST_LINE + " characters; break it");
    }
  }

  private void end() {
    String text = line.toString();
    line.setLength(0);
    String clean = first && text.startsWith("\ufeff") ? text.substring(1) : text;
    first = false;
    if (!clean.isEmpty()) {
      sink.accept(clean);
    }
  }
}
