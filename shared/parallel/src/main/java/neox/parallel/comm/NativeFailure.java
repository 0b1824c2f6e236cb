package neox.parallel.comm;

import java.util.Objects;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/// Makes one line of what libtorch throws: a message, the source file it comes from, and pages of
/// C++ stack.
final class NativeFailure {
  private static final Pattern SOURCE = Pattern.compile("^\\[[^\\]]*\\.(?:cc|cpp|h|hpp):\\d+\\] ");
  private static final Pattern SILENCE = Pattern.compile("(?i)timed? ?out");
  private static final Pattern END = Pattern.compile("(?i)closed|closure|reset|broken pipe");

  /// Runs the body; what C++ throws becomes a [CommunicationException].
  ///
  /// @param what who is doing what
  static <T> T explained(String what, Supplier<T> body) {
    try {
      return body.get();
    } catch (CommunicationException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new CommunicationException(what + " failed: " + explain(firstLine(e)));
    }
  }

  private static String firstLine(RuntimeException e) {
    String message = Objects.requireNonNullElse(e.getMessage(), e.toString());
    return SOURCE.matcher(message.lines().findFirst().orElse("")).replaceFirst("");
  }

  private static String explain(String message) {
    if (SILENCE.matcher(message).find()) {
      return message + "; another rank is busy, stuck, at another operation or was never started";
    }
    if (END.matcher(message).find()) {
      return message + "; another rank has ended: the one that failed first says why";
    }
    return message;
  }

  private NativeFailure() {}
}
