package org.attune.text.jinja;

/**
 * A piece of a template.
 *
 * @param text of a name, number or operator as written, of a string without quotes and escapes
 * @param line where it begins, from 1
 */
record Token(TokenType type, String text, int line) {
  boolean is(TokenType wanted, String content) {
    return type == wanted && text.equals(content);
  }
}
