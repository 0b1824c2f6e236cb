package neox.tensor;

/// A failure inside libtorch, told in one line; the cause keeps the C++ stack.
public final class NativeException extends RuntimeException {
  NativeException(String message, Throwable cause) {
    super(message, cause);
  }

  /// The reason without the C++ stack that libtorch appends to it.
  static String firstLine(Throwable e) {
    String message = e.getMessage();
    if (message == null || message.isBlank()) {
      return e.getClass().getSimpleName();
    }
    return message.strip().lines().findFirst().orElse(message);
  }
}
