package neox.hub;

import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import neox.base.UserException;
import neox.base.Version;
import okhttp3.HttpUrl;

/// Which hub to talk to, and as whom.
///
/// @param endpoint base address without a trailing slash
/// @param token goes to this endpoint only, never to another host
/// @param userAgent how the calls name this program
/// @param offlineVariable the variable that forbids all calls, when one is set
/// @param proxies through which calls go, to whatever host
public record HubSettings(
    URI endpoint,
    Optional<Token> token,
    String userAgent,
    Optional<String> offlineVariable,
    Proxies proxies) {
  static final String DEFAULT_ENDPOINT = "https://huggingface.co";
  private static final Set<String> TRUE = Set.of("1", "ON", "YES", "TRUE");

  /// Settings from the environment, where a given `endpoint` wins over `HF_ENDPOINT`.
  ///
  /// @param tool the name that the calls carry, such as `neox-upload`
  public static HubSettings of(
      String tool,
      Map<String, String> environment,
      Optional<String> endpoint,
      Optional<Token> token) {
    String address =
        endpoint
            .or(() -> Optional.ofNullable(environment.get("HF_ENDPOINT")))
            .filter(value -> !value.isBlank())
            .orElse(DEFAULT_ENDPOINT);
    String userAgent =
        tool + "/" + Version.string() + "; java/" + System.getProperty("java.version");
    return new HubSettings(
        parse(address), token, userAgent, offline(environment), Proxies.of(environment));
  }

  /// Settings for what is only read. Public files need no token: `HF_HUB_DISABLE_IMPLICIT_TOKEN`
  /// leaves it at home.
  public static HubSettings forReading(
      String tool, Map<String, String> environment, Optional<String> endpoint) throws IOException {
    Optional<Token> token =
        isSet(environment, "HF_HUB_DISABLE_IMPLICIT_TOKEN")
            ? Optional.empty()
            : Token.find(environment);
    return of(tool, environment, endpoint, token);
  }

  private static URI parse(String address) {
    HttpUrl url = HttpUrl.parse(address.strip().replaceAll("/+$", ""));
    if (url == null
        || !url.encodedUsername().isEmpty()
        || url.encodedQuery() != null
        || url.encodedFragment() != null) {
      throw new UserException(
          "the hub's endpoint is not an address: expected http(s)://host[:port], see --endpoint"
              + " and HF_ENDPOINT");
    }
    return URI.create(url.toString().replaceAll("/+$", ""));
  }

  private static Optional<String> offline(Map<String, String> environment) {
    for (String variable : List.of("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")) {
      if (isSet(environment, variable)) {
        return Optional.of(variable);
      }
    }
    return Optional.empty();
  }

  /// Whether a variable says yes, as the hub's own tools read it.
  public static boolean isSet(Map<String, String> environment, String variable) {
    return TRUE.contains(environment.getOrDefault(variable, "").toUpperCase(Locale.ROOT));
  }

  /// Throws when the environment forbids calls.
  public void requireOnline() {
    offlineVariable.ifPresent(variable -> {
      throw new UserException(
          variable + " is set, which forbids every call to a hub; unset it to upload or download");
    });
  }

  /// True for addresses of the hub itself: no other host ever sees the token.
  public boolean isEndpoint(HttpUrl url) {
    HttpUrl hub = HttpUrl.get(endpoint.toString());
    return url.scheme().equals(hub.scheme())
        && url.host().equals(hub.host())
        && url.port() == hub.port();
  }

  /// True when the token would travel unencrypted over a network.
  public boolean exposesToken() {
    String host = endpoint.getHost();
    boolean loopback = host.equals("localhost") || host.equals("[::1]") || host.startsWith("127.");
    return token.isPresent() && "http".equals(endpoint.getScheme()) && !loopback;
  }
}
