package neox.hub;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import javax.net.ssl.SSLException;

/// No answer came: the call may or may not have been carried out.
public final class HubUnreachable extends IOException {
  private static final long serialVersionUID = 1;

  HubUnreachable(HubRequest request, int attempts, IOException cause) {
    super(
        "no answer from %s while %s: %s%s"
            .formatted(
                request.url().host() + ":" + request.url().port(),
                request.action(),
                describe(cause),
                attempts > 1 ? " (tried " + attempts + " times)" : ""),
        cause);
  }

  /// A failure of the network in the user's words.
  public static String describe(IOException cause) {
    return switch (cause) {
      case ConnectException e -> "connection refused";
      case UnknownHostException e -> "unknown host";
      case SocketTimeoutException e -> "it took too long";
      case SSLException e -> "no secure connection: " + e.getMessage();
      default -> "the connection was dropped";
    };
  }
}
