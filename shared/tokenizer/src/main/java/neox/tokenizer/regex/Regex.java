package neox.tokenizer.regex;

import java.util.List;
import neox.base.UserException;
import neox.tokenizer.regex.RegexParser.Unsupported;
import neox.tokenizer.text.CodePoints;
import neox.tokenizer.text.Effort;

/// A regular expression that is looked for in texts. Immutable.
public final class Regex {
  private final Program program;
  private final CodePoints first;
  private final String where;

  /// Receives the places of matches, in order; none is empty.
  public interface Matches {
    void match(int from, int to);
  }

  private Regex(Program program, CodePoints first, String where) {
    this.program = program;
    this.first = first;
    this.where = where;
  }

  /// Reads an expression; [UserException] when it is not one that is understood.
  ///
  /// @param where names it in errors
  public static Regex of(String pattern, String where) {
    try {
      Node node = RegexParser.parse(pattern);
      return new Regex(Program.of(node), node.first(), where);
    } catch (Unsupported e) {
      throw new UserException(
          String.format(
              "%s: the regular expression \"%s\" has %s, which is not supported",
              where, shortened(pattern), e.getMessage()),
          e);
    }
  }

  private static String shortened(String pattern) {
    return pattern.length() <= 60 ? pattern : pattern.substring(0, 60) + "…";
  }

  /// Finds all matches, leftmost first, none overlapping another.
  public void find(String text, Effort effort, Matches matches) {
    RegexMatcher matcher = new RegexMatcher(text, effort, where);
    List<Program.Instruction> instructions = program.instructions();
    int at = 0;
    while (at < text.length()) {
      int codePoint = text.codePointAt(at);
      int end = first.contains(codePoint) ? matcher.match(instructions, at) : RegexMatcher.FAILED;
      if (end > at) {
        matches.match(at, end);
        at = end;
      } else {
        at += Character.charCount(codePoint);
      }
    }
  }
}
