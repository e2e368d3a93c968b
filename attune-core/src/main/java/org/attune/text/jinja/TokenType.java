package org.attune.text.jinja;

/** What a token is; a tag's two ends are tokens of their own. */
enum TokenType {
  TEXT,
  OPEN_OUTPUT,
  CLOSE_OUTPUT,
  OPEN_BLOCK,
  CLOSE_BLOCK,
  NAME,
  STRING,
  INTEGER,
  FLOAT,
  OPERATOR,
  END
}
