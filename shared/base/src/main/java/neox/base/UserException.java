package neox.base;

import java.util.List;
import java.util.Locale;

/// A mistake that the caller can mend: reported in one line without a stack trace, exit code 2.
///
/// The message says what is wrong, where (`file:line`), what was expected and found, and what to
/// do. It may quote anything: what is not fit for a terminal is escaped when it is printed.
public final class UserException extends RuntimeException {
  private final List<String> problems;

  public UserException(String message) {
    super(message);
    problems = List.of(message);
  }

  public UserException(String message, Throwable cause) {
    super(message, cause);
    problems = List.of(message);
  }

  private UserException(List<String> problems) {
    super(String.join("\n", problems));
    this.problems = List.copyOf(problems);
  }

  /// A message built by [String#format].
  public static UserException of(String format, Object... arguments) {
    return new UserException(String.format(Locale.ROOT, format, arguments));
  }

  /// Several problems, reported in a line each.
  public static UserException ofAll(List<String> problems) {
    return new UserException(problems);
  }

  /// The problems, one by one: a line feed inside one of them does not begin another.
  public List<String> problems() {
    return problems;
  }
}
