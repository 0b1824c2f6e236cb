package neox.parallel.comm;

/// Ranks could not talk to each other: one died, is silent, or does something else. One line that
/// names the group, the rank, the operation and the reason.
///
/// Whoever sees it is rarely the culprit: the rank that failed first says why.
public final class CommunicationException extends RuntimeException {
  CommunicationException(String message) {
    super(message);
  }

  CommunicationException(String message, Throwable cause) {
    super(message, cause);
  }
}
