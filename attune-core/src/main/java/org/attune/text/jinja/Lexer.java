package org.attune.text.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Splits a template into text, tags and what is in the tags, and removes white space as asked. */
final class Lexer {
  private static final Pattern RAW_OPEN = Pattern.compile("\\{%([-+]?)\\s*raw\\s*(-%}\\s*|%})");
  private static final Pattern RAW_CLOSE =
      Pattern.compile("\\{%([-+]?)\\s*endraw\\s*(\\+%}|-%}\\s*|%}\\n?)");
  private static final Pattern COMMENT_CLOSE = Pattern.compile("\\+#}|-#}\\s*|#}\\n?");
  private static final Pattern BLOCK_CLOSE = Pattern.compile("\\+%}|-%}\\s*|%}\\n?");
  private static final Pattern OUTPUT_CLOSE = Pattern.compile("-}}\\s*|}}");
  private static final Pattern NAME = Pattern.compile("[\\p{L}_][\\p{L}\\p{N}_]*");
  private static final Pattern NUMBER =
      Pattern.compile("(\\d[\\d_]*)(\\.\\d[\\d_]*)?([eE][+-]?\\d+)?");
  private static final Pattern OPERATOR =
      Pattern.compile("\\*\\*|//|==|!=|>=|<=|[-+*/%~\\[\\](){}<>=.:|,;]");

  private final String source;
  private final List<Token> tokens = new ArrayList<>();
  private int at;
  private boolean lineStarting = true;
  private int line = 1;
  private int counted; // characters whose line feeds are in `line`

  private Lexer(String source) {
    this.source = source;
  }

  static List<Token> tokens(String template) {
    String source = template.replace("\r\n", "\n").replace('\r', '\n');
    if (source.endsWith("\n")) {
      source = source.substring(0, source.length() - 1);
    }
    Lexer lexer = new Lexer(source);
    lexer.run();
    return lexer.tokens;
  }

  private void run() {
    while (at < source.length()) {
      int tag = nextTag();
      if (tag < 0) {
        add(TokenType.TEXT, source.substring(at));
        break;
      }
      String text = source.substring(at, tag);
      at = tag;
      char kind = source.charAt(tag + 1);
      String sign = sign(tag + 2);
      String before = before(text, sign, kind != '{');
      if (!before.isEmpty()) {
        add(TokenType.TEXT, before);
      }
      if (!text.isEmpty()) {
        lineStarting = text.endsWith("\n");
      }
      switch (kind) {
        case '#' -> comment();
        case '%' -> block(sign);
        default -> inside(TokenType.OPEN_OUTPUT, TokenType.CLOSE_OUTPUT, sign, OUTPUT_CLOSE);
      }
    }
    add(TokenType.END, "");
  }

  private int nextTag() {
    for (int i = source.indexOf('{', at); i >= 0 && i + 1 < source.length(); ) {
      if ("{%#".indexOf(source.charAt(i + 1)) >= 0) {
        return i;
      }
      i = source.indexOf('{', i + 1);
    }
    return -1;
  }

  private String sign(int position) {
    String sign = position < source.length() ? source.substring(position, position + 1) : "";
    return sign.equals("-") || sign.equals("+") ? sign : "";
  }

  /** The text before a tag: without its white space, or without the tag's indentation. */
  private String before(String text, String sign, boolean block) {
    if (sign.equals("-")) {
      return Strings.strip(text, null, false, true);
    }
    int line = text.lastIndexOf('\n') + 1;
    boolean indentation =
        block
            && sign.isEmpty()
            && (line > 0 || lineStarting)
            && Strings.strip(text.substring(line), null, true, false).isEmpty();
    return indentation ? text.substring(0, line) : text;
  }

  private void comment() {
    Matcher close = COMMENT_CLOSE.matcher(source);
    if (!close.find(at + 2)) {
      throw failure("a comment has no end");
    }
    move(close.end());
  }

  private void block(String sign) {
    Matcher raw = RAW_OPEN.matcher(source);
    if (!raw.find(at) || raw.start() != at) {
      inside(TokenType.OPEN_BLOCK, TokenType.CLOSE_BLOCK, sign, BLOCK_CLOSE);
      return;
    }
    Matcher end = RAW_CLOSE.matcher(source);
    if (!end.find(raw.end())) {
      throw failure("{% raw %} has no {% endraw %}");
    }
    lineStarting = raw.group().endsWith("\n");
    String text = before(source.substring(raw.end(), end.start()), end.group(1), true);
    if (!text.isEmpty()) {
      add(TokenType.TEXT, text);
    }
    move(end.end());
  }

  private void inside(TokenType open, TokenType close, String sign, Pattern end) {
    add(open, "");
    move(at + 2 + sign.length());
    Matcher closing = end.matcher(source);
    int depth = 0;
    while (true) {
      skipSpace();
      if (at >= source.length()) {
        throw failure("a tag has no end");
      }
      if (depth == 0 && closing.region(at, source.length()).lookingAt()) {
        add(close, "");
        move(closing.end());
        return;
      }
      Token token = code();
      if (token.type() == TokenType.OPERATOR) {
        depth += "([{".contains(token.text()) ? 1 : ")]}".contains(token.text()) ? -1 : 0;
      }
      tokens.add(token);
    }
  }

  private void skipSpace() {
    while (at < source.length() && Strings.isSpace(source.charAt(at))) {
      at++;
    }
  }

  private Token code() {
    char c = source.charAt(at);
    if (c == '\'' || c == '"') {
      return string(c);
    }
    Matcher matcher = NAME.matcher(source).region(at, source.length());
    if (matcher.lookingAt()) {
      return token(TokenType.NAME, matcher);
    }
    matcher.usePattern(NUMBER);
    if (matcher.lookingAt()) {
      boolean attribute = !tokens.isEmpty() && tokens.get(tokens.size() - 1).text().equals(".");
      boolean whole = (matcher.group(2) == null && matcher.group(3) == null) || attribute;
      return token(whole ? TokenType.INTEGER : TokenType.FLOAT, matcher);
    }
    matcher.usePattern(OPERATOR);
    if (matcher.lookingAt()) {
      return token(TokenType.OPERATOR, matcher);
    }
    throw failure("unexpected '" + c + "'");
  }

  private Token token(TokenType type, Matcher matcher) {
    Token token = new Token(type, matcher.group(), line());
    move(matcher.end());
    return token;
  }

  private Token string(char quote) {
    int end = at + 1;
    while (end < source.length() && source.charAt(end) != quote) {
      end += source.charAt(end) == '\\' ? 2 : 1;
    }
    if (end >= source.length()) {
      throw failure("a string has no end");
    }
    Token token =
        new Token(TokenType.STRING, Strings.unescape(source.substring(at + 1, end)), line());
    move(end + 1);
    return token;
  }

  private void move(int to) {
    lineStarting = source.charAt(to - 1) == '\n';
    at = to;
  }

  private void add(TokenType type, String text) {
    tokens.add(new Token(type, text, line()));
  }

  /** The line of what is read next, counted on from where it was last asked for. */
  private int line() {
    for (; counted < at && counted < source.length(); counted++) {
      line += source.charAt(counted) == '\n' ? 1 : 0;
    }
    return line;
  }

  private JinjaException failure(String what) {
    return new JinjaException("line " + line() + ": " + what);
  }
}
