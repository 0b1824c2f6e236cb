package neox.wandb;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import neox.base.UserException;
import neox.wandb.RunTerms.Resume;

/// Where a run goes, found in what is [Asked] and in W&B's variables. Cheap: nothing of the client
/// for HTTP is loaded.
///
/// @param key empty where there is none, or none is to be used
/// @param why nothing is sent while the run goes on, where that is so
public record Login(RunTerms terms, Optional<ApiKey> key, Optional<String> why) {
  private static final String DEFAULT_SERVER = "https://api.wandb.ai";
  private static final String DEFAULT_PROJECT = "neox";
  private static final int LONGEST_NAME = 128;
  private static final Pattern NO_NAME = Pattern.compile("[/\\\\#?%:]|\\p{Cntrl}");

  /// Whether W&B is used, and how. Empty where nobody asks for it.
  ///
  /// @param ownId of a run for which `WANDB_RUN_ID` names none: the same whenever it goes on
  /// @throws UserException when a variable, or a key that was asked for, cannot be used
  public static Optional<Login> of(Asked asked, String ownId, Map<String, String> environment)
      throws IOException {
    String mode = variable(environment, "WANDB_MODE").orElse("online").toLowerCase(Locale.ROOT);
    if (mode.equals("disabled") || !asked.use().orElse(true)) {
      return Optional.empty();
    }
    URI server = server(asked.host().or(() -> variable(environment, "WANDB_BASE_URL")));
    Optional<ApiKey> key = key(server, asked, environment);
    if (key.isEmpty() && asked.use().isEmpty()) {
      return Optional.empty();
    }
    Optional<String> why =
        switch (mode) {
          case "online" ->
              key.isPresent()
                  ? Optional.empty()
                  : Optional.of("neither WANDB_API_KEY nor netrc has a key for " + server);
          case "offline", "dryrun" -> Optional.of("WANDB_MODE is " + mode);
          default ->
              throw UserException.of(
                  "WANDB_MODE: expected online, offline or disabled, found %s", mode);
        };
    return Optional.of(new Login(terms(server, asked, ownId, environment), key, why));
  }

  /// A run that did not ask for W&B is not stopped by what lies in a variable.
  private static Optional<ApiKey> key(URI server, Asked asked, Map<String, String> environment)
      throws IOException {
    try {
      return ApiKey.find(server, environment);
    } catch (IOException | UserException e) {
      if (asked.use().isPresent()) {
        throw e;
      }
      return Optional.empty();
    }
  }

  private static RunTerms terms(
      URI server, Asked asked, String ownId, Map<String, String> environment) {
    Optional<String> id = variable(environment, "WANDB_RUN_ID");
    id.ifPresent(value -> requireName("WANDB_RUN_ID", value));
    String project =
        asked.project().or(() -> variable(environment, "WANDB_PROJECT")).orElse(DEFAULT_PROJECT);
    requireName("the project of W&B", project);
    return new RunTerms(
        server,
        asked.entity().or(() -> variable(environment, "WANDB_ENTITY")),
        project,
        id.orElse(ownId),
        asked.name().or(() -> variable(environment, "WANDB_NAME")),
        asked.group().or(() -> variable(environment, "WANDB_RUN_GROUP")),
        asked.jobType().or(() -> variable(environment, "WANDB_JOB_TYPE")),
        variable(environment, "WANDB_TAGS"),
        variable(environment, "WANDB_NOTES"),
        resume(environment));
  }

  /// Whether the environment wants each start to be a run of its own.
  public static boolean beginsAnew(Map<String, String> environment) {
    return resume(environment) == Resume.NEVER;
  }

  private static Resume resume(Map<String, String> environment) {
    String word = variable(environment, "WANDB_RESUME").orElse("allow").toLowerCase(Locale.ROOT);
    return switch (word) {
      case "allow", "auto", "true" -> Resume.ALLOW;
      case "must" -> Resume.MUST;
      case "never" -> Resume.NEVER;
      default ->
          throw UserException.of("WANDB_RESUME: expected allow, must or never, found %s", word);
    };
  }

  static URI server(Optional<String> address) {
    String text = address.orElse(DEFAULT_SERVER).strip().replaceAll("/+$", "");
    try {
      URI uri = new URI(text);
      boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
      if (http && uri.getHost() != null && uri.getRawUserInfo() == null) {
        return uri;
      }
    } catch (URISyntaxException e) {
      // Said below: the text itself may hold a secret.
    }
    throw UserException.of(
        "the server of W&B is not an address: expected http(s)://host[:port], see wandb_host and"
            + " WANDB_BASE_URL");
  }

  private static void requireName(String what, String value) {
    if (value.length() > LONGEST_NAME || NO_NAME.matcher(value).find()) {
      throw UserException.of(
          "%s: expected at most %d characters and none of / \\ # ? %% :, found '%s'",
          what, LONGEST_NAME, value);
    }
  }

  private static Optional<String> variable(Map<String, String> environment, String name) {
    return Optional.ofNullable(environment.get(name)).map(String::strip).filter(v -> !v.isEmpty());
  }
}
