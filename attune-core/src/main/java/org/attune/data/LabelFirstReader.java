package org.attune.data;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import org.attune.AttuneException;

/** Lines that begin with their label: {@code 1 a fine film}. Blank lines are passed over. */
final class LabelFirstReader {
  private LabelFirstReader() {}

  static void read(Path file, Consumer<Row> rows) {
    TextCheck.check(file);
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(TextCheck.open(file), StandardCharsets.UTF_8))) {
      int number = 0;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        number++;
        if (!line.isBlank()) {
          boolean marked = number == 1 && line.startsWith("\ufeff"); // byte order mark
          rows.accept(row(file, number, marked ? line.substring(1) : line));
        }
      }
    } catch (IOException e) {
      throw new AttuneException("data: " + file + " could not be read: " + e.getMessage(), e);
    }
  }

  private static Row row(Path file, int number, String line) {
    int space = line.indexOf(' ');
    if (space < 1) {
      throw new AttuneException(
          "data: "
              + file
              + ":"
              + number
              + " is not 'label text': a label, a space and the text are expected");
    }
    return new Row(
        file,
        Row.Place.LINE,
        number,
        Optional.of(line.substring(space + 1)),
        Optional.empty(),
        Optional.of(line.substring(0, space)));
  }
}
