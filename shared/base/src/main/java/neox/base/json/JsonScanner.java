package neox.base.json;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import neox.base.ByteBuilder;
import neox.base.text.TextBytes;

/// A checking reader of JSON in well-formed UTF-8 (RFC 8259, plus `NaN` and `Infinity`, which
/// Python writes, and raw control characters in strings, which NeoX's reader accepts).
public final class JsonScanner {
  /// What [#peek] gives behind the last token.
  public static final int END = -1;

  private static final int MAX_DEPTH = 512;
  private static final int MAX_INDEX_DIGITS = 9;
  private static final String[] LITERALS = {"true", "false", "null", "NaN", "Infinity"};

  /// What is wrong with the text, and where.
  public static final class Malformed extends Exception {
    private static final long serialVersionUID = 1;
    private final int at;
    private final String before;
    private final Optional<String> after;

    /// Something that is wrong at the end, or everywhere.
    Malformed(int at, String what) {
      this(at, what, Optional.empty());
    }

    /// Something that is wrong at a place, which is to be named between the two texts.
    Malformed(int at, String before, String after) {
      this(at, before, Optional.of(after));
    }

    private Malformed(int at, String before, Optional<String> after) {
      super(before + after.orElse(""), null, false, false);
      this.at = at;
      this.before = before;
      this.after = after;
    }

    /// Where, in the bytes that the scanner was given.
    public int at() {
      return at;
    }

    /// What is wrong.
    ///
    /// @param place says where, for what is wrong at a place: ` in column 7`, or nothing
    public String why(String place) {
      return before + after.map(rest -> place + rest).orElse("");
    }
  }

  private byte[] bytes = new byte[0];
  private int at;
  private int end;
  private String lastKind = "";

  /// Turns to `source[from, to)`.
  public void reset(byte[] source, int from, int to) {
    bytes = source;
    at = from;
    end = to;
  }

  /// The first byte of the next token, or [#END].
  public int peek() {
    while (at < end) {
      byte b = bytes[at];
      if (b != ' ' && b != '\t' && b != '\r' && b != '\n') {
        return b & 0xff;
      }
      at++;
    }
    return END;
  }

  /// Where the next byte is read.
  public int position() {
    return at;
  }

  /// Goes back to where it stood before.
  public void moveTo(int position) {
    at = position;
  }

  /// Passes over one symbol.
  public void expect(char symbol) throws Malformed {
    if (peek() != symbol) {
      throw malformed("'" + symbol + "'");
    }
    at++;
  }

  /// Passes over the start of an object or a list; returns whether it has a first member.
  public boolean begin(char open, char close) throws Malformed {
    expect(open);
    if (peek() != close) {
      return true;
    }
    at++;
    return false;
  }

  /// Passes over what follows a member, a comma or the end; returns whether it has another.
  public boolean hasNext(char close) throws Malformed {
    if (peek() == ',') {
      at++;
      return true;
    }
    expect(close);
    return false;
  }

  /// [Malformed] when anything follows.
  public void expectEnd() throws Malformed {
    if (peek() != END) {
      throw malformed("the end");
    }
  }

  /// What [#skipValue] skipped last, for a message: `a number`, `an object`.
  public String lastKind() {
    return lastKind;
  }

  /// Reads the name of an object's member. Half a surrogate pair becomes three bytes that are no
  /// UTF-8, and so the name no other.
  public void readName(ByteBuilder out) throws Malformed {
    if (peek() != '"') {
      throw malformed("a key in double quotes");
    }
    copyString(out, false);
  }

  /// Appends an unescaped string; half a surrogate pair is an error.
  public void readString(ByteBuilder out) throws Malformed {
    copyString(out, true);
  }

  private void copyString(ByteBuilder out, boolean strict) throws Malformed {
    expect('"');
    while (true) {
      int run = at;
      at = runEnd(bytes, at, end);
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

  /// Where the first quote or backslash stands, or `to`.
  private static int runEnd(byte[] bytes, int from, int to) {
    int i = from;
    while (i < to && bytes[i] != '"' && bytes[i] != '\\') {
      i++;
    }
    return i;
  }

  private void unescape(ByteBuilder out, boolean strict) throws Malformed {
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

  private void unescapeUnicode(ByteBuilder out, boolean strict) throws Malformed {
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
    if (!strict || !Character.isSurrogate((char) unit)) {
      out.addCodePoint(unit);
    } else {
      String escape = String.format(Locale.ROOT, "\\u%04x", unit);
      throw new Malformed(
          escapeAt, escape, " is half of a surrogate pair and stands for no character");
    }
  }

  private int hexDigits() throws Malformed {
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
  public void skipValue() throws Malformed {
    skipValue(0);
  }

  private void skipValue(int depth) throws Malformed {
    refuseDeep(depth);
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

  /// Ends the reading of a value that lies in too many others.
  void refuseDeep(int depth) throws Malformed {
    if (depth > MAX_DEPTH) {
      throw new Malformed(at, "JSON nested deeper than " + MAX_DEPTH + " levels");
    }
  }

  private void skipString() throws Malformed {
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

  private void expectQuote() throws Malformed {
    if (at >= end) {
      throw malformed("the closing quote of a string");
    }
    at++;
  }

  private void skipMembers(char open, char close, int depth) throws Malformed {
    for (boolean more = begin(open, close); more; more = hasNext(close)) {
      if (open == '{') {
        if (peek() != '"') {
          throw malformed("a key in double quotes");
        }
        skipString();
        expect(':');
      }
      skipValue(depth + 1);
    }
  }

  private void skipNumber() throws Malformed {
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

  /// Reads a number as it is written.
  public String readNumber() throws Malformed {
    peek();
    int from = at;
    skipNumber();
    return new String(bytes, from, at - from, StandardCharsets.US_ASCII);
  }

  /// Reads a whole number of up to nine digits; -1, and nothing is read, when something else stands
  /// here.
  public int readIndex() throws Malformed {
    peek();
    int from = at;
    int value = 0;
    while (at < end && bytes[at] >= '0' && bytes[at] <= '9' && at - from < MAX_INDEX_DIGITS) {
      value = value * 10 + bytes[at++] - '0';
    }
    boolean ends = at == end || bytes[at] == ',' || bytes[at] == '}' || bytes[at] <= ' ';
    boolean leads = at - from > 1 && bytes[from] == '0';
    if (at > from && ends && !leads) {
      return value;
    }
    at = from;
    return -1;
  }

  private void skipDigits() throws Malformed {
    int first = at;
    while (at < end && bytes[at] >= '0' && bytes[at] <= '9') {
      at++;
    }
    if (at == first) {
      throw malformed("a digit");
    }
  }

  private void skipLiteral() throws Malformed {
    lastKind =
        switch (readLiteral()) {
          case "true", "false" -> "a boolean";
          case "null" -> "null";
          default -> "a number";
        };
  }

  /// Reads a value that is a word.
  String readLiteral() throws Malformed {
    for (String literal : LITERALS) {
      if (matches(literal)) {
        at += literal.length();
        return literal;
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

  private Malformed malformed(String expected) {
    if (at >= end) {
      return new Malformed(at, "not valid JSON: it ends where " + expected + " was expected");
    }
    return new Malformed(at, "not valid JSON: expected " + expected, ", found " + found());
  }

  private String found() {
    int c = bytes[at] & 0xff;
    if (TextBytes.markLength(bytes, at, end) > 0) {
      return "a byte order mark (" + TextBytes.MARK_HINT + ")";
    }
    return c > ' ' && c < 0x7f ? "'" + (char) c + "'" : String.format(Locale.ROOT, "0x%02x", c);
  }
}
