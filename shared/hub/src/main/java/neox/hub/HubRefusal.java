package neox.hub;

import java.io.IOException;
import java.util.Optional;
import neox.base.UserException;

/// Words a refusal in one line: what it means, what the host said, the request id to quote to the
/// hub's support, and what to do.
public final class HubRefusal {

  /// A [UserException] when the caller can mend it, an [IOException] when the host is at fault.
  public static IOException of(HubRequest request, Answer answer, HubSettings settings) {
    if (request.sign() == HubRequest.Sign.ADDRESS) {
      String remedy =
          answer.isTransient() || answer.status() == 403 ? Remedy.AGAIN : Remedy.support(answer);
      return new StorageRefusal(
          line("the storage refused", request, answer, settings), remedy, answer);
    }
    String line = unclear(request, answer, settings) + "; " + Remedy.of(request, answer, settings);
    if (answer.isTransient() || answer.status() >= 500) {
      return new IOException(line);
    }
    throw new UserException(line);
  }

  /// The refusal of a call about which it must be found out first whether it had its effect:
  /// without what to do about it.
  public static String unclear(HubRequest request, Answer answer, HubSettings settings) {
    return line(meaning(answer, settings), request, answer, settings);
  }

  /// An answer of success that does not say what it must.
  public static IOException broken(HubRequest request, Answer answer, String what) {
    return new IOException(
        "%s (while %s%s); try again later, or check --endpoint and HF_ENDPOINT"
            .formatted(
                what,
                request.action(),
                answer.header("X-Request-Id").map(", request id "::concat).orElse("")));
  }

  private static String line(
      String meaning, HubRequest request, Answer answer, HubSettings settings) {
    StringBuilder line = new StringBuilder(meaning);
    String said = answer.errorText();
    if (!said.isEmpty()) {
      line.append(": ").append(said);
    }
    line.append(" (HTTP ").append(answer.status()).append(" while ").append(request.action());
    answer.header("X-Request-Id").ifPresent(id -> line.append(", request id ").append(id));
    line.append(')');
    return settings.token().map(token -> token.hideIn(line.toString())).orElse(line.toString());
  }

  private static String meaning(Answer answer, HubSettings settings) {
    String who = settings.token().map(Token::toString).map("the "::concat).orElse("no token");
    if (answer.isRedirect()) {
      return "the hub has moved this to "
          + answer
              .header("Location")
              .map(location -> location.split("[?#]", 2)[0]) // the rest may hold a secret
              .orElse("an unnamed address");
    }
    if (answer.errorCode().equals("GatedRepo")) {
      return "access to the repository must be asked for first";
    }
    if (answer.errorCode().equals("RepoNotFound")) {
      return "the repository does not exist, or " + who + " may not see it";
    }
    if (answer.errorCode().equals("RevisionNotFound")) {
      return "the repository has no such branch";
    }
    return switch (answer.status()) {
      case 401 ->
          settings.token().isPresent()
              ? who + " is not valid at " + settings.endpoint()
              : "a token is needed";
      case 403 -> who + " does not have the right";
      case 412 -> "somebody else changed the branch meanwhile";
      case 429 -> "the hub asks for fewer calls";
      default -> answer.status() >= 500 ? "the hub failed" : "the hub refused";
    };
  }

  /// The answer's request id in the form of an error's tail; for messages written elsewhere.
  static String requestId(Answer answer) {
    Optional<String> id = answer.header("X-Request-Id");
    return id.map(value -> " (request id " + value + ")").orElse("");
  }

  private HubRefusal() {}
}
