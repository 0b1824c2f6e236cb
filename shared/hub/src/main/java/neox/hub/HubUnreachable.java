package neox.hub;

import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;

/// No answer came: the call may or may not have been carried out.
public final class HubUnreachable extends IOException {
  private static final long serialVersionUID = 1;

  private static final String CHECK = "check --endpoint, HF_ENDPOINT and the network";

  /// `NAME/ADDRESS:PORT` in the message of a [ConnectException]; the name may be empty.
  private static final Pattern PEER = Pattern.compile("([^/\\s]*)/(\\S+):(\\d+)");

  private final String what;
  private final transient HubRequest request;
  private final transient IOException failure;

  HubUnreachable(HubRequest request, int attempts, IOException cause) {
    super(what(request, attempts, cause) + "; " + remedy(cause), cause);
    this.what = what(request, attempts, cause);
    this.request = request;
    this.failure = cause;
  }

  /// What happened, without what to do about it.
  public String what() {
    return what;
  }

  /// The same failure as the last of several attempts.
  public HubUnreachable after(int attempts) {
    return new HubUnreachable(request, attempts, failure);
  }

  private static String what(HubRequest request, int attempts, IOException cause) {
    return "no answer from %s while %s: %s%s"
        .formatted(
            request.url().host() + ":" + request.url().port(),
            request.action(),
            describe(cause),
            attempts > 1 ? " (tried " + attempts + " times)" : "");
  }

  private static String remedy(IOException cause) {
    return switch (cause) {
      case ConnectException e -> CHECK;
      case UnknownHostException e -> CHECK;
      case NoRouteToHostException e -> CHECK;
      case SSLException e -> "check --endpoint, HF_ENDPOINT and the certificates of this machine";
      default -> Remedy.AGAIN;
    };
  }

  /// True when the name of the host, or of the proxy, leads nowhere: another attempt within the
  /// minute will not mend a misspelt name or a machine without a network.
  public static boolean isUnknownHost(IOException cause) {
    return cause instanceof UnknownHostException;
  }

  /// A failure of the network in the user's words.
  public static String describe(IOException cause) {
    return switch (cause) {
      case ConnectException e -> "connection refused" + by(e);
      case UnknownHostException e -> "unknown host " + firstWord(e);
      case NoRouteToHostException e -> "no route to the host";
      case SocketTimeoutException e -> "it took too long";
      case SSLException e -> "no secure connection: " + e.getMessage();
      default -> "the connection was dropped";
    };
  }

  /// Who refused, which is the proxy where there is one.
  private static String by(ConnectException cause) {
    Matcher matcher = PEER.matcher(String.valueOf(cause.getMessage()));
    if (!matcher.find()) {
      return "";
    }
    String name = matcher.group(1).isEmpty() ? matcher.group(2) : matcher.group(1);
    return " by " + name + ":" + matcher.group(3);
  }

  /// The JDK writes `NAME: why` or `NAME`.
  private static String firstWord(UnknownHostException cause) {
    return String.valueOf(cause.getMessage()).split("[:\\s]", 2)[0];
  }
}
