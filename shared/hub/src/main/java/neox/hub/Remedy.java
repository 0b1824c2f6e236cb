package neox.hub;

/// What to do about a refusal.
final class Remedy {
  static final String AGAIN = "run the same command again, what has arrived is not sent again";

  /// @param request the call that was refused
  static String of(HubRequest request, Answer answer, HubSettings settings) {
    if (answer.isRedirect()) {
      return "use the new name, or --endpoint";
    }
    return switch (answer.errorCode()) {
      case "GatedRepo" -> "ask for it on the repository's page at " + settings.endpoint();
      case "RepoNotFound" -> "check the name, and whose token it is";
      case "RevisionNotFound" -> "check the name of the branch, tag or commit";
      case "EntryNotFound" -> "check the path";
      default -> ofStatus(request, answer, settings);
    };
  }

  private static String ofStatus(HubRequest request, Answer answer, HubSettings settings) {
    String tokens = settings.endpoint() + "/settings/tokens";
    return switch (answer.status()) {
      case 400, 422 -> "mend what it names";
      case 401 ->
          settings.token().isPresent()
              ? "make another one at " + tokens
              : "set HF_TOKEN to one of " + tokens;
      case 403 ->
          request.method().equals("GET")
              ? "take a token that may read it, see " + tokens
              : "take a token that may write there, see " + tokens + ", or give --create-pr";
      case 404 -> "check the names, --endpoint and HF_ENDPOINT";
      case 408 -> AGAIN;
      case 409, 412 -> "run the same command again";
      case 413 -> "upload fewer or smaller files at a time";
      case 429 -> "try again later";
      default -> answer.status() >= 500 ? "try again later" : support(answer);
    };
  }

  /// What is left where nobody here can know better.
  static String support(Answer answer) {
    return answer.header("X-Request-Id").isPresent()
        ? "ask the hub's support about the request id"
        : "ask the hub's support";
  }

  private Remedy() {}
}
