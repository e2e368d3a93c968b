package org.attune.text;

/** Maps code-point positions, which the Rust library counts in, to indices of a Java string. */
final class Utf16Index {
  private final int[] indices; // null when the two are the same

  private Utf16Index(int[] indices) {
    this.indices = indices;
  }

  static Utf16Index of(String text) {
    int codePoints = text.codePointCount(0, text.length());
    if (codePoints == text.length()) {
      return new Utf16Index(null);
    }
    int[] indices = new int[codePoints + 1];
    int at = 0;
    for (int i = 0; i < codePoints; i++) {
      indices[i] = at;
      at += Character.charCount(text.codePointAt(at));
    }
    indices[codePoints] = at;
    return new Utf16Index(indices);
  }

  int ofCodePoint(int position) {
    return indices == null ? position : indices[position];
  }
}
