package org.attune.text.jinja;

import java.util.List;

/** The tokens of a template, read from front to back. */
final class TokenReader {
  private static final int MAX_DEPTH = 200;

  private final List<Token> tokens;
  private int at;
  private int depth;

  TokenReader(List<Token> tokens) {
    this.tokens = tokens;
  }

  Token peek() {
    return tokens.get(at);
  }

  Token peek(int ahead) {
    return tokens.get(Math.min(at + ahead, tokens.size() - 1));
  }

  Token next() {
    Token token = tokens.get(at);
    at = Math.min(at + 1, tokens.size() - 1);
    return token;
  }

  boolean at(TokenType type) {
    return peek().type() == type;
  }

  boolean atName(String name) {
    return peek().is(TokenType.NAME, name);
  }

  boolean atOperator(String operator) {
    return peek().is(TokenType.OPERATOR, operator);
  }

  /** Reads a token if it is this one. */
  boolean accept(TokenType type, String text) {
    boolean found = peek().is(type, text);
    if (found) {
      next();
    }
    return found;
  }

  void expect(TokenType type, String text) {
    if (!accept(type, text)) {
      throw failure("expected '" + (text.isEmpty() ? type : text) + "'");
    }
  }

  String name() {
    if (!at(TokenType.NAME)) {
      throw failure("expected a name");
    }
    return next().text();
  }

  JinjaException failure(String what) {
    Token token = peek();
    String found = token.text().isEmpty() ? token.type().toString() : "'" + token.text() + "'";
    return new JinjaException("line " + token.line() + ": " + what + ", found " + found);
  }

  /** Notes that reading goes one level deeper; a template that nests too deep is refused. */
  void enter() {
    if (++depth > MAX_DEPTH) {
      throw failure("nested deeper than " + MAX_DEPTH);
    }
  }

  void leave() {
    depth--;
  }
}
