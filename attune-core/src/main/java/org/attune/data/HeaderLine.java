package org.attune.data;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.attune.AttuneException;

/** The column names in a table's first line. */
final class HeaderLine {
  private HeaderLine() {}

  static List<String> read(Path file, char delimiter, boolean quotes) {
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(TextCheck.open(file), StandardCharsets.UTF_8))) {
      String line = lines.readLine();
      if (line == null) {
        throw new AttuneException("data: " + file + " is empty");
      }
      // Some programs begin a file with a byte order mark.
      String header = line.startsWith("\ufeff") ? line.substring(1) : line;
      return quotes ? quoted(header, delimiter) : List.of(header.split("" + delimiter, -1));
    } catch (IOException e) {
      throw new AttuneException("data: " + file + " could not be read: " + e.getMessage(), e);
    }
  }

  private static List<String> quoted(String line, char delimiter) {
    List<String> names = new ArrayList<>();
    StringBuilder name = new StringBuilder();
    boolean inside = false;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == '"' && inside && i + 1 < line.length() && line.charAt(i + 1) == '"') {
        name.append('"');
        i++;
      } else if (c == '"' && (inside || name.isEmpty())) {
        inside = !inside;
      } else if (c == delimiter && !inside) {
        names.add(name.toString());
        name.setLength(0);
      } else {
        name.append(c);
      }
    }
    names.add(name.toString());
    return names;
  }
}
