package org.attune.data;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.Consumer;
import org.attune.AttuneException;
import org.attune.UsageException;

/** Pushes the lines of a {@link TextSource}, one after the other, and says where documents end. */
final class TextStream {
  /** A line longer than this is no text that a tokenizer should be given in one piece. */
  private static final int LONGEST_LINE = 1 << 26;

  /** What lines are given to. */
  interface Sink {
    void line(String text);

    void endDocument();
  }

  private final TextSource source;
  private final Sink sink;
  private long documents;
  private boolean open;

  private TextStream(TextSource source, Sink sink) {
    this.source = source;
    this.sink = sink;
  }

  /**
   * Reads all files of a source in order of their names; blank lines are not passed on.
   *
   * @throws AttuneException saying file and line or row of what is wrong
   */
  static void read(TextSource source, Sink sink) {
    TextStream stream = new TextStream(source, sink);
    for (Path file : FileSet.of(source.path())) {
      if (stream.full()) {
        return;
      }
      TextSource.Format format = source.format().orElseGet(() -> formatOf(file));
      if (format == TextSource.Format.TEXT) {
        stream.lines(file);
      } else {
        stream.rows(file, format);
      }
    }
  }

  static TextSource.Format formatOf(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT).replaceFirst("\\.gz$", "");
    return switch (name.substring(name.lastIndexOf('.') + 1)) {
      case "csv" -> TextSource.Format.CSV;
      case "tsv" -> TextSource.Format.TSV;
      case "jsonl", "ndjson" -> TextSource.Format.JSONL;
      case "parquet" -> TextSource.Format.PARQUET;
      default -> TextSource.Format.TEXT;
    };
  }

  private boolean full() {
    return source.limit().isPresent() && documents >= source.limit().getAsLong();
  }

  private void line(String text) {
    if (!full() && !text.isBlank()) {
      sink.line(text);
      open = true;
    }
  }

  private void endDocument() {
    if (open) {
      sink.endDocument();
      documents++;
      open = false;
    }
  }

  private void lines(Path file) {
    TextCheck.check(file);
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(TextCheck.open(file), StandardCharsets.UTF_8.newDecoder()))) {
      boolean first = true;
      for (String line = reader.readLine(); line != null && !full(); line = reader.readLine()) {
        String text = first && line.startsWith("\ufeff") ? line.substring(1) : line;
        first = false;
        if (text.length() > LONGEST_LINE) {
          throw new AttuneException(
              "data: " + file + " has a line of " + text.length() + " characters; break it");
        }
        line(text);
        boolean blank = text.isBlank();
        if (source.documents() == TextSource.Documents.LINE
            || (blank && source.documents() == TextSource.Documents.BLANK_LINE)) {
          endDocument();
        }
      }
    } catch (CharacterCodingException e) {
      throw new AttuneException("data: " + file + " is not UTF-8", e);
    } catch (IOException e) {
      throw new AttuneException("data: " + file + " could not be read: " + e.getMessage(), e);
    }
    endDocument();
  }

  private void rows(Path file, TextSource.Format format) {
    rows(
        source,
        file,
        format,
        text -> {
          text.lines().forEach(this::line);
          endDocument();
        });
  }

  /** Pushes the whole text of each row of a table, empty where the row has none. */
  static void rows(TextSource source, Path file, TextSource.Format format, Consumer<String> rows) {
    String column =
        source
            .text()
            .orElseThrow(
                () ->
                    new UsageException(
                        "data: " + file + " is a table; name its column with 'text:'"));
    DataSource.Format table = DataSource.Format.valueOf(format.name());
    DataSource columns = DataSource.of(file.toString(), column).withFormat(table);
    TableReader.read(columns, file, table, row -> rows.accept(row.text().orElse("")));
  }
}
