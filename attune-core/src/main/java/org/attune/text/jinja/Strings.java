package org.attune.text.jinja;

import java.util.ArrayList;
import java.util.List;

/** Python's strings where Java's differ: white space, escapes, code points. */
final class Strings {
  private Strings() {}

  static boolean isSpace(int c) {
    return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == 0x85;
  }

  /**
   * Removes characters from the ends.
   *
   * @param characters those to remove; null for white space
   */
  static String strip(String text, String characters, boolean left, boolean right) {
    int start = 0;
    int end = text.length();
    while (left && start < end && stripped(text.codePointAt(start), characters)) {
      start += Character.charCount(text.codePointAt(start));
    }
    while (right && end > start && stripped(text.codePointBefore(end), characters)) {
      end -= Character.charCount(text.codePointBefore(end));
    }
    return text.substring(start, end);
  }

  private static boolean stripped(int c, String characters) {
    return characters == null ? isSpace(c) : characters.indexOf(c) >= 0;
  }

  static int length(String text) {
    return text.codePointCount(0, text.length());
  }

  /** Each character as a string. */
  static List<Object> characters(String text) {
    List<Object> characters = new ArrayList<>(text.length());
    text.codePoints().forEach(c -> characters.add(Character.toString(c)));
    return characters;
  }

  /** What the escapes of a string literal stand for. */
  static String unescape(String literal) {
    if (literal.indexOf('\\') < 0) {
      return literal;
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < literal.length(); i++) {
      char c = literal.charAt(i);
      if (c != '\\' || i + 1 == literal.length()) {
        text.append(c);
        continue;
      }
      char escape = literal.charAt(++i);
      int simple = "ntr\\'\"abfv0\n".indexOf(escape);
      int digits = escape == 'x' ? 2 : escape == 'u' ? 4 : escape == 'U' ? 8 : 0;
      if (digits > 0) {
        text.appendCodePoint(hexadecimal(literal, i + 1, digits));
        i += digits;
      } else if (simple >= 0) {
        text.append(
            "\n\t\r\\'\"\u0007\b\f\u000b\0"
                .substring(Math.min(simple, 11), Math.min(simple + 1, 11)));
      } else {
        text.append('\\').append(escape);
      }
    }
    return text.toString();
  }

  private static int hexadecimal(String literal, int from, int digits) {
    try {
      int code = Integer.parseInt(literal.substring(from, from + digits), 16);
      if (Character.isValidCodePoint(code)) {
        return code;
      }
    } catch (NumberFormatException | IndexOutOfBoundsException e) {
      // said below
    }
    throw new JinjaException("a string has an escape without " + digits + " hexadecimal digits");
  }

  static List<Object> split(String text, String separator, long most) {
    List<Object> parts = new ArrayList<>();
    int from = 0;
    if (separator == null) {
      String rest = strip(text, null, true, false);
      while (!rest.isEmpty()) {
        int end = 0;
        while (end < rest.length() && !isSpace(rest.charAt(end))) {
          end++;
        }
        if (most >= 0 && parts.size() >= most) {
          end = rest.length();
        }
        parts.add(rest.substring(0, end));
        rest = strip(rest.substring(end), null, true, false);
      }
      return parts;
    }
    if (separator.isEmpty()) {
      throw new JinjaException("empty separator");
    }
    for (int next = text.indexOf(separator);
        next >= 0 && (most < 0 || parts.size() < most);
        next = text.indexOf(separator, from)) {
      parts.add(text.substring(from, next));
      from = next + separator.length();
    }
    parts.add(text.substring(from));
    return parts;
  }

  /** Python's {@code title}: a letter after none is large, every other one small. */
  static String title(String text) {
    StringBuilder title = new StringBuilder();
    boolean inWord = false;
    for (Object character : characters(text)) {
      String c = (String) character;
      boolean letter = Character.isLetter(c.codePointAt(0));
      title.append(letter && inWord ? lower(c) : letter ? upper(c) : c);
      inWord = letter;
    }
    return title.toString();
  }

  static String capitalize(String text) {
    if (text.isEmpty()) {
      return text;
    }
    int first = Character.charCount(text.codePointAt(0));
    return upper(text.substring(0, first)) + lower(text.substring(first));
  }

  static String upper(String text) {
    return text.toUpperCase(java.util.Locale.ROOT);
  }

  static String lower(String text) {
    return text.toLowerCase(java.util.Locale.ROOT);
  }

  static int count(String text, String part) {
    if (part.isEmpty()) {
      return length(text) + 1;
    }
    int count = 0;
    for (int i = text.indexOf(part); i >= 0; i = text.indexOf(part, i + part.length())) {
      count++;
    }
    return count;
  }
}
