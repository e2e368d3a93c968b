package org.attune.data;

import java.nio.file.Path;
import java.util.Optional;

/**
 * One row as a reader found it, before labels have numbers.
 *
 * @param file where it is from
 * @param place what {@code number} counts
 * @param number of the line or row, from 1
 * @param text value of the text column; empty when the field has none
 * @param pair of the second text column
 * @param answer of the label or score column
 */
record Row(
    Path file,
    Place place,
    long number,
    Optional<String> text,
    Optional<String> pair,
    Optional<String> answer) {

  /** What a reader counts: a table's rows may hold line breaks, so its lines say nothing. */
  enum Place {
    LINE(":"),
    ROW(" row ");

    private final String separator;

    Place(String separator) {
      this.separator = separator;
    }
  }

  /** File and line or row, for messages. */
  String where() {
    return file + place.separator + number;
  }
}
