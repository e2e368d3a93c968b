package org.attune.data;

import java.util.List;

/** How messages say numbers of rows and lists of names: short, whatever the size. */
final class Rows {
  private static final int SHOWN = 12;

  private Rows() {}

  /** {@code 1 row}, {@code 2 rows}. */
  static String count(int rows) {
    return rows + (rows == 1 ? " row" : " rows");
  }

  /** The first names, and how many more there are. */
  static String list(List<String> names) {
    String shown = String.join(", ", names.subList(0, Math.min(SHOWN, names.size())));
    return names.size() <= SHOWN ? shown : shown + " and " + (names.size() - SHOWN) + " more";
  }
}
