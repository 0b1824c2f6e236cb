package neox.template.syntax;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import neox.base.UserException;
import neox.python.PythonText;
import neox.template.syntax.Token.Kind;
import neox.template.value.Dialect;
import neox.template.value.Dialect.Option;

/// Cuts a template into tokens, with Jinja's rules about the white space around tags.
final class Lexer {
  private static final Pattern NEWLINE = Pattern.compile("\r\n|\r|\n");
  private static final Pattern RAW_BEGIN = Pattern.compile("\\{%([-+]?)\\s*raw\\s*(-?)%\\}");
  private static final Pattern RAW_END = Pattern.compile("\\{%([-+]?)\\s*endraw\\s*([-+]?)%\\}");
  private static final Pattern COMMENT_END = Pattern.compile("([-+]?)#\\}");

  private final String name;
  private final Dialect dialect;
  private final String source;
  private final List<Token> tokens = new ArrayList<>();
  private int at;
  private boolean startsLine = true;
  private int line = 1;
  private int counted;

  private Lexer(String source, String name, Dialect dialect) {
    this.name = name;
    this.dialect = dialect;
    String text = NEWLINE.matcher(source).replaceAll("\n");
    boolean cut = !dialect.has(Option.KEEP_TRAILING_NEWLINE) && text.endsWith("\n");
    this.source = cut ? text.substring(0, text.length() - 1) : text;
  }

  static List<Token> tokens(String source, String name, Dialect dialect) {
    Lexer lexer = new Lexer(source, name, dialect);
    lexer.run();
    return lexer.tokens;
  }

  private void run() {
    while (at < source.length()) {
      int tag = nextTag();
      if (tag < 0) {
        add(Kind.DATA, source.substring(at), at);
        at = source.length();
        break;
      }
      Matcher raw = RAW_BEGIN.matcher(source).region(tag, source.length());
      if (raw.lookingAt()) {
        readRaw(raw, tag);
      } else {
        readTag(tag);
      }
      startsLine = source.charAt(at - 1) == '\n';
    }
    add(Kind.END, "", source.length());
  }

  private int nextTag() {
    for (int i = source.indexOf('{', at); i >= 0; i = source.indexOf('{', i + 1)) {
      if (source.startsWith("{{", i) || source.startsWith("{%", i) || source.startsWith("{#", i)) {
        return i;
      }
    }
    return -1;
  }

  private void readTag(int tag) {
    char second = source.charAt(tag + 1);
    String sign = signAt(tag + 2);
    addText(tag, sign, second != '{');
    at = tag + 2 + sign.length();
    switch (second) {
      case '#' -> skipComment(tag);
      case '{' -> readCode(Kind.VARIABLE_BEGIN, Kind.VARIABLE_END, tag);
      default -> readCode(Kind.BLOCK_BEGIN, Kind.BLOCK_END, tag);
    }
  }

  private String signAt(int index) {
    boolean signed = source.startsWith("-", index) || source.startsWith("+", index);
    return signed ? source.substring(index, index + 1) : "";
  }

  /// The text before a tag, less the white space that the tag takes away.
  private void addText(int tag, String sign, boolean block) {
    String text = source.substring(at, tag);
    if (sign.equals("-")) {
      text = PythonText.rightStrip(text);
    } else if (block && !sign.equals("+") && dialect.has(Option.LSTRIP_BLOCKS)) {
      int start = text.lastIndexOf('\n') + 1;
      boolean wholeLine = start > 0 || startsLine;
      if (wholeLine && PythonText.strip(text.substring(start)).isEmpty()) {
        text = text.substring(0, start);
      }
    }
    if (!text.isEmpty()) {
      add(Kind.DATA, text, at);
    }
  }

  private void readRaw(Matcher begin, int tag) {
    addText(tag, begin.group(1), true);
    at = begin.end();
    if (begin.group(2).equals("-")) {
      skipSpace();
    }
    Matcher end = RAW_END.matcher(source);
    if (!end.find(at)) {
      throw error(tag, "{% raw %} is never closed by {% endraw %}");
    }
    startsLine = source.charAt(at - 1) == '\n';
    addText(end.start(), end.group(1), true);
    at = end.end();
    skipAfterBlock(end.group(2));
  }

  private void skipComment(int tag) {
    Matcher end = COMMENT_END.matcher(source);
    if (!end.find(at)) {
      throw error(tag, "{# is never closed by #}");
    }
    at = end.end();
    skipAfterBlock(end.group(1));
  }

  /// What the end of a block tag takes away.
  private void skipAfterBlock(String sign) {
    if (sign.equals("-")) {
      skipSpace();
    } else if (sign.isEmpty() && dialect.has(Option.TRIM_BLOCKS) && source.startsWith("\n", at)) {
      at++;
    }
  }

  private void skipSpace() {
    while (at < source.length() && PythonText.isSpace(source.charAt(at))) {
      at++;
    }
  }

  private void readCode(Kind begin, Kind end, int tag) {
    add(begin, "", tag);
    int depth = 0; // of brackets: a closing brace inside them is no end of the tag
    while (true) {
      skipSpace();
      if (at >= source.length()) {
        throw error(tag, begin == Kind.BLOCK_BEGIN ? "{% is never closed" : "{{ is never closed");
      }
      if (depth == 0 && readEnd(end)) {
        return;
      }
      int start = at;
      CodeScanner.Found found = CodeScanner.scan(source, at);
      if (found.problem().isPresent()) {
        throw error(start, found.problem().get());
      }
      at = found.to();
      add(found.kind(), found.text(), start);
      if (found.kind() == Kind.OPERATOR) {
        depth += "([{".contains(found.text()) ? 1 : ")]}".contains(found.text()) ? -1 : 0;
      }
      if (depth < 0) {
        throw error(start, "unexpected '" + found.text() + "'");
      }
    }
  }

  private boolean readEnd(Kind end) {
    String sign = signAt(at);
    String close = end == Kind.BLOCK_END ? "%}" : "}}";
    boolean signed = !sign.equals("+") || end == Kind.BLOCK_END;
    if (!signed || !source.startsWith(close, at + sign.length())) {
      return false;
    }
    add(end, "", at);
    at += sign.length() + 2;
    if (end == Kind.BLOCK_END) {
      skipAfterBlock(sign);
    } else if (sign.equals("-")) {
      skipSpace();
    }
    return true;
  }

  private void add(Kind kind, String text, int from) {
    tokens.add(new Token(kind, text, lineOf(from)));
  }

  /// The line of a place, not before the last one asked for.
  private int lineOf(int index) {
    for (; counted < index; counted++) {
      line += source.charAt(counted) == '\n' ? 1 : 0;
    }
    return line;
  }

  private UserException error(int index, String problem) {
    long before = source.substring(0, index).chars().filter(c -> c == '\n').count();
    return new UserException(name + ":" + (before + 1) + ": " + problem);
  }
}
