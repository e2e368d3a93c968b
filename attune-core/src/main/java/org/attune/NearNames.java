package org.attune;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Finds the name a user may have meant. */
public final class NearNames {
  private NearNames() {}

  /**
   * {@code ; did you mean 'x'?} for the nearest name within a third of its letters, else nothing.
   */
  public static String hint(String wanted, Collection<String> known) {
    return nearest(wanted, known).map(name -> "; did you mean '" + name + "'?").orElse("");
  }

  private static Optional<String> nearest(String wanted, Collection<String> known) {
    String low = wanted.toLowerCase(Locale.ROOT);
    return known.stream()
        .filter(
            name -> distance(low, name.toLowerCase(Locale.ROOT)) <= Math.max(1, name.length() / 3))
        .min(Comparator.comparingInt(name -> distance(low, name.toLowerCase(Locale.ROOT))));
  }

  /** Edits (insert, delete, replace) from one string to the other (Levenshtein 1966). */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
