package neox.wandb;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import neox.base.UserException;
import okhttp3.Credentials;

/// The secret that proves to W&B who calls; it goes into one request header and nowhere else.
/// Nothing returns it, and [#toString] names only where it was found.
public final class ApiKey {
  private static final String VARIABLE = "WANDB_API_KEY";

  /// An optional prefix, and 40 characters or more; or a JSON web token.
  private static final Pattern FORM =
      Pattern.compile("([^-\\s]+-)?[A-Za-z0-9_-]{40,}|[\\w-]+\\.[\\w-]+\\.[\\w-]+");

  private final String secret;
  private final String origin;

  private ApiKey(String secret, String origin) {
    this.secret = secret;
    this.origin = origin;
  }

  /// `WANDB_API_KEY`, or what `wandb login` has written into netrc for the server's host, with its
  /// port or, as GPT-NeoX looks for it, without.
  ///
  /// @throws UserException when what is found cannot be a key
  public static Optional<ApiKey> find(URI server, Map<String, String> environment)
      throws IOException {
    String value = environment.getOrDefault(VARIABLE, "").strip();
    if (!value.isEmpty()) {
      return Optional.of(of(value, VARIABLE));
    }
    Optional<Path> netrc = Netrc.find(environment);
    if (netrc.isEmpty()) {
      return Optional.empty();
    }
    List<String> machines = List.of(server.getRawAuthority(), server.getHost());
    return Netrc.password(netrc.get(), machines).map(word -> of(word, netrc.get().toString()));
  }

  static ApiKey of(String secret, String origin) {
    if (!FORM.matcher(secret).matches()) {
      throw UserException.of(
          "%s: expected an API key of W&B, of 40 characters or more; found %d characters; copy it"
              + " from the settings of your account",
          origin, secret.length());
    }
    return new ApiKey(secret, origin);
  }

  /// The value of the `Authorization` header.
  String basic() {
    return Credentials.basic("api", secret);
  }

  /// `text` with the secret blacked out, bare and as the header has it: a server may echo what it
  /// was sent.
  String hideIn(String text) {
    return text.replace(secret, "***").replace(basic(), "***");
  }

  @Override
  public String toString() {
    return "key from " + origin;
  }
}
