package neox.preprocess.input;

import java.util.OptionalLong;
import java.util.regex.Pattern;

/// Why a part of the corpus cannot become documents.
///
/// @param source the file or `file!member`
/// @param line of it, when it is about one
/// @param what is wrong
public record Problem(String source, OptionalLong line, String what) {
  private static final int MOST_CHARACTERS = 1000;

  /// What ends a line, moves a terminal's cursor, or cannot be seen.
  private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{Cc}\\p{Cf}\\u2028\\u2029]");

  /// Names and contents of files may hold anything; messages are one line that a terminal can show.
  public Problem {
    what = printable(what);
    what = what.length() > MOST_CHARACTERS ? what.substring(0, MOST_CHARACTERS) + "…" : what;
  }

  public static Problem of(String source, String what) {
    return new Problem(source, OptionalLong.empty(), what);
  }

  public static Problem atLine(String source, long line, String what) {
    return new Problem(source, OptionalLong.of(line), what);
  }

  /// The text with a question mark for everything that no message can hold.
  static String printable(String text) {
    return UNPRINTABLE.matcher(text).replaceAll("?");
  }

  /// `file:line: what`.
  public String text() {
    return source + (line.isPresent() ? ":" + line.getAsLong() : "") + ": " + what;
  }
}
