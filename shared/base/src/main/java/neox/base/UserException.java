package neox.base;

/// A mistake that the caller can mend: reported in one line without a stack trace, exit code 2.
///
/// The message says what is wrong, where (`file:line`), what was expected and found, and what to
/// do.
public final class UserException extends RuntimeException {
  public UserException(String message) {
    super(message);
  }

  public UserException(String message, Throwable cause) {
    super(message, cause);
  }

  /// A message built by [String#format].
  public static UserException of(String format, Object... arguments) {
    return new UserException(String.format(java.util.Locale.ROOT, format, arguments));
  }
}
