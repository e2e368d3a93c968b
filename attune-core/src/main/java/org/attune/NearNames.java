package org.attune;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Finds the name a user may have meant. */
public final class NearNames {
  private NearNames() {}

  /**
   * {@code ; did you mean 'x'?} for the nearest name within a third of the letters (rounded), else
   * nothing. Two neighbours swapped count as one letter.
   */
  public static String hint(String wanted, Collection<String> known) {
    return nearest(wanted, known).map(name -> "; did you mean '" + name + "'?").orElse("");
  }

  private static Optional<String> nearest(String wanted, Collection<String> known) {
    String low = wanted.toLowerCase(Locale.ROOT);
    return known.stream()
        .filter(name -> distance(low, name.toLowerCase(Locale.ROOT)) <= limit(low, name))
        .min(Comparator.comparingInt(name -> distance(low, name.toLowerCase(Locale.ROOT))));
  }

  private static int limit(String a, String b) {
    return Math.max(1, (Math.max(a.length(), b.length()) + 1) / 3);
  }

  /**
   * Edits (insert, delete, replace, swap) from one string to the other: optimal string alignment.
   */
  private static int distance(String a, String b) {
    int difference = Math.abs(a.length() - b.length());
    if (difference > limit(a, b)) {
      return difference; // far enough already, and no hostile, very long name takes long
    }
    int[][] edits = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        edits[i][j] = i == 0 || j == 0 ? i + j : fewest(edits, a, b, i, j);
      }
    }
    return edits[a.length()][b.length()];
  }

  private static int fewest(int[][] edits, String a, String b, int i, int j) {
    int replaced = edits[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
    int fewest = Math.min(replaced, 1 + Math.min(edits[i - 1][j], edits[i][j - 1]));
    boolean swapped =
        i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
    return swapped ? Math.min(fewest, 1 + edits[i - 2][j - 2]) : fewest;
  }
}
