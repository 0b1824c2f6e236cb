package neox.preprocess;

import java.util.Locale;

/// A checking reader of JSON in well-formed UTF-8 (RFC 8259, plus `NaN` and `Infinity`, which
/// Python writes, and raw control characters in strings, which NeoX's reader accepts).
final class JsonScanner {
  static final int END = -1;
  private static final int MAX_DEPTH = 512;
  private static final String[] LITERALS = {"true", "false", "null", "NaN", "Infinity"};

  private byte[] bytes = new byte[0];
  private int start;
  private int at;
  private int end;
  private String lastKind = "";

  void reset(byte[] source, int from, int to) {
    bytes = source;
    start = from;
    at = from;
    end = to;
  }

  /// The first byte of the next token, or [#END].
  int peek() {
    while (at < end) {
      byte b = bytes[at];
      if (b != ' ' && b != '\t' && b != '\r' && b != '\n') {
        return b & 0xff;
      }
      at++;
    }
    return END;
  }

  void expect(char symbol) throws BadRow {
    if (peek() != symbol) {
      throw malformed("'" + symbol + "'");
    }
    at++;
  }

  void expectEnd() throws BadRow {
    if (peek() != END) {
      throw malformed("the end of the row");
    }
  }

  /// What [#skipValue] skipped last, for a message: `a number`, `an object`.
  String lastKind() {
    return lastKind;
  }

  /// Reads the name of an object's member.
  void readName(ByteBuilder out) throws BadRow {
    if (peek() != '"') {
      throw malformed("a key in double quotes");
    }
    copyString(out, false);
  }

  /// Appends an unescaped string; half a surrogate pair is an error.
  void readString(ByteBuilder out) throws BadRow {
    copyString(out, true);
  }

  private void copyString(ByteBuilder out, boolean strict) throws BadRow {
    expect('"');
    while (true) {
      int run = at;
      while (at < end && bytes[at] != '"' && bytes[at] != '\\') {
        at++;
      }
      out.add(bytes, run, at);
      if (at == end) {
        throw malformed("the closing quote of a string");
      }
      if (bytes[at++] == '"') {
        return;
      }
      unescape(out, strict);
    }
  }

  private void unescape(ByteBuilder out, boolean strict) throws BadRow {
    int c = at < end ? bytes[at++] : END;
    switch (c) {
      case '"', '\\', '/' -> out.add(c);
      case 'b' -> out.add('\b');
      case 'f' -> out.add('\f');
      case 'n' -> out.add('\n');
      case 'r' -> out.add('\r');
      case 't' -> out.add('\t');
      case 'u' -> unescapeUnicode(out, strict);
      default -> {
        at = Math.min(at, end) - (c == END ? 0 : 1);
        throw malformed("an escape such as \\n or \\u00e9");
      }
    }
  }

  private void unescapeUnicode(ByteBuilder out, boolean strict) throws BadRow {
    int escapeAt = at - 2;
    int unit = hexDigits();
    boolean pair =
        Character.isHighSurrogate((char) unit)
            && at + 1 < end
            && bytes[at] == '\\'
            && bytes[at + 1] == 'u';
    if (pair) {
      int resume = at;
      at += 2;
      int low = hexDigits();
      if (Character.isLowSurrogate((char) low)) {
        out.addCodePoint(Character.toCodePoint((char) unit, (char) low));
        return;
      }
      at = resume;
    }
    if (!Character.isSurrogate((char) unit)) {
      out.addCodePoint(unit);
    } else if (strict) {
      throw new BadRow(
          "\\u%04x in column %d is half of a surrogate pair and stands for no character",
          unit, escapeAt - start + 1);
    }
  }

  private int hexDigits() throws BadRow {
    int value = 0;
    for (int i = 0; i < 4; i++) {
      int digit = at < end ? Character.digit(bytes[at], 16) : -1;
      if (digit < 0) {
        throw malformed("four hexadecimal digits");
      }
      value = (value << 4) | digit;
      at++;
    }
    return value;
  }

  /// Checks and passes over any value.
  void skipValue() throws BadRow {
    skipValue(0);
  }

  private void skipValue(int depth) throws BadRow {
    if (depth > MAX_DEPTH) {
      throw new BadRow("JSON nested deeper than %d levels", MAX_DEPTH);
    }
    int c = peek();
    switch (c) {
      case '"' -> {
        skipString();
        lastKind = "a string";
      }
      case '{' -> {
        skipMembers('{', '}', depth);
        lastKind = "an object";
      }
      case '[' -> {
        skipMembers('[', ']', depth);
        lastKind = "a list";
      }
      case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> {
        skipNumber();
        lastKind = "a number";
      }
      default -> skipLiteral();
    }
  }

  private void skipString() throws BadRow {
    at++;
    while (at < end && bytes[at] != '"') {
      if (bytes[at] == '\\') {
        at++;
        int c = at < end ? bytes[at] : END;
        if (c == 'u') {
          at++;
          int _ = hexDigits();
          continue;
        }
        if (c < 0 || "\"\\/bfnrt".indexOf(c) < 0) {
          throw malformed("an escape such as \\n or \\u00e9");
        }
      }
      at++;
    }
    expectQuote();
  }

  private void expectQuote() throws BadRow {
    if (at >= end) {
      throw malformed("the closing quote of a string");
    }
    at++;
  }

  private void skipMembers(char open, char close, int depth) throws BadRow {
    expect(open);
    if (peek() == close) {
      at++;
      return;
    }
    while (true) {
      if (open == '{') {
        if (peek() != '"') {
          throw malformed("a key in double quotes");
        }
        skipString();
        expect(':');
      }
      skipValue(depth + 1);
      if (peek() != ',') {
        expect(close);
        return;
      }
      at++;
    }
  }

  private void skipNumber() throws BadRow {
    if (bytes[at] == '-') {
      at++;
      if (at < end && bytes[at] == 'I') {
        skipLiteral();
        return;
      }
    }
    if (at < end && bytes[at] == '0') {
      at++;
    } else {
      skipDigits();
    }
    if (at < end && bytes[at] == '.') {
      at++;
      skipDigits();
    }
    if (at < end && (bytes[at] == 'e' || bytes[at] == 'E')) {
      at++;
      if (at < end && (bytes[at] == '+' || bytes[at] == '-')) {
        at++;
      }
      skipDigits();
    }
  }

  private void skipDigits() throws BadRow {
    int first = at;
    while (at < end && bytes[at] >= '0' && bytes[at] <= '9') {
      at++;
    }
    if (at == first) {
      throw malformed("a digit");
    }
  }

  private void skipLiteral() throws BadRow {
    for (String literal : LITERALS) {
      if (matches(literal)) {
        at += literal.length();
        lastKind =
            switch (literal) {
              case "true", "false" -> "a boolean";
              case "null" -> "null";
              default -> "a number";
            };
        return;
      }
    }
    throw malformed("a value");
  }

  private boolean matches(String literal) {
    if (at + literal.length() > end) {
      return false;
    }
    for (int i = 0; i < literal.length(); i++) {
      if (bytes[at + i] != literal.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private BadRow malformed(String expected) {
    if (at >= end) {
      return new BadRow("not valid JSON: the row ends where %s was expected", expected);
    }
    int c = bytes[at] & 0xff;
    String found =
        c > ' ' && c < 0x7f ? "'" + (char) c + "'" : String.format(Locale.ROOT, "0x%02x", c);
    return new BadRow(
        "not valid JSON: expected %s in column %d, found %s", expected, at - start + 1, found);
  }
}
