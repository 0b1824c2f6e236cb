package neox.preprocess.input;

import java.util.OptionalLong;

/// Why a part of the corpus cannot become documents.
///
/// @param source the file or `file!member`
/// @param line of it, when it is about one
/// @param what is wrong
public record Problem(String source, OptionalLong line, String what) {
  public static Problem of(String source, String what) {
    return new Problem(source, OptionalLong.empty(), what);
  }

  public static Problem atLine(String source, long line, String what) {
    return new Problem(source, OptionalLong.of(line), what);
  }

  /// `file:line: what`.
  public String text() {
    return source + (line.isPresent() ? ":" + line.getAsLong() : "") + ": " + what;
  }
}
