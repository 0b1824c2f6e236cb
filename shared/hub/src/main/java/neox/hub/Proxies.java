package neox.hub;

import java.net.InetSocketAddress;
import java.net.Proxy;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import neox.base.UserException;
import okhttp3.Credentials;
import okhttp3.HttpUrl;

/// Through which proxies calls go, as the environment says it to curl and to Python's requests:
/// `http_proxy`, `https_proxy`, `all_proxy` by the scheme of the address that is called, and
/// `no_proxy` with the hosts that are called directly. Names in lower case win over those in upper
/// case.
///
/// @param byScheme `http` or `https` to the proxy for such addresses
public record Proxies(Map<String, ProxyServer> byScheme, NoProxy direct) {
  /// Set where programs answer web requests: there `HTTP_PROXY` is a header of the request.
  private static final String CGI = "REQUEST_METHOD";

  private static final int DEFAULT_SOCKS_PORT = 1080;
  private static final int DEFAULT_HTTP_PORT = 80;

  public Proxies {
    byScheme = Map.copyOf(byScheme);
  }

  /// One proxy.
  ///
  /// @param variable the environment variable that names it
  /// @param authorization the `Proxy-Authorization` header, where the address has a name
  public record ProxyServer(String variable, Proxy proxy, Optional<String> authorization) {
    @Override
    public String toString() {
      InetSocketAddress address = (InetSocketAddress) proxy.address();
      return "the proxy %s:%d of %s"
          .formatted(address.getHostString(), address.getPort(), variable);
    }
  }

  /// Every call goes straight to its host.
  public static Proxies none() {
    return new Proxies(Map.of(), NoProxy.parse(""));
  }

  /// Throws [UserException] when a variable holds no address of a proxy that can be used.
  public static Proxies of(Map<String, String> environment) {
    Map<String, ProxyServer> byScheme = new HashMap<>();
    for (String scheme : new String[] {"http", "https"}) {
      variable(environment, scheme + "_proxy")
          .or(() -> variable(environment, "all_proxy"))
          .ifPresent(name ->
              byScheme.put(scheme, parse(name, environment.getOrDefault(name, "").strip())));
    }
    Optional<String> direct = variable(environment, "no_proxy").map(environment::get);
    return new Proxies(byScheme, NoProxy.parse(direct.orElse("")));
  }

  /// The variable that counts, unless none is set; an empty one in lower case takes the other away.
  private static Optional<String> variable(Map<String, String> environment, String lower) {
    String upper = lower.toUpperCase(Locale.ROOT);
    boolean header = lower.equals("http_proxy") && environment.containsKey(CGI);
    String name = environment.containsKey(lower) || header ? lower : upper;
    return Optional.of(name).filter(key -> !environment.getOrDefault(key, "").isBlank());
  }

  private static ProxyServer parse(String variable, String value) {
    String address = value.contains("://") ? value : "http://" + value;
    String scheme = address.substring(0, address.indexOf("://")).toLowerCase(Locale.ROOT);
    boolean socks = scheme.equals("socks5") || scheme.equals("socks5h") || scheme.equals("socks");
    if (!socks && !scheme.equals("http")) {
      throw UserException.of(
          "%s: a proxy of kind %s:// cannot be used; expected http://HOST:PORT or"
              + " socks5://HOST:PORT",
          variable, scheme);
    }
    String rest = address.substring(address.indexOf("://"));
    HttpUrl url = HttpUrl.parse("http" + rest);
    if (url == null) {
      // The value itself may hold a password.
      throw UserException.of(
          "%s: is not the address of a proxy; expected http://[NAME:PASSWORD@]HOST:PORT", variable);
    }
    boolean portGiven = rest.matches("://(?:[^/]*@)?(?:\\[[^]]*]|[^/:]*):\\d+(?:/.*)?");
    int port = portGiven ? url.port() : socks ? DEFAULT_SOCKS_PORT : DEFAULT_HTTP_PORT;
    Optional<String> authorization = authorization(url);
    if (socks && authorization.isPresent()) {
      throw UserException.of(
          "%s: a SOCKS proxy with a name and a password cannot be used; expected socks5://HOST:PORT",
          variable);
    }
    Proxy.Type type = socks ? Proxy.Type.SOCKS : Proxy.Type.HTTP;
    InetSocketAddress place = InetSocketAddress.createUnresolved(url.host(), port);
    return new ProxyServer(variable, new Proxy(type, place), authorization);
  }

  private static Optional<String> authorization(HttpUrl url) {
    return url.username().isEmpty() && url.password().isEmpty()
        ? Optional.empty()
        : Optional.of(Credentials.basic(url.username(), url.password()));
  }

  /// The proxy for an address; empty when it is called directly.
  public Optional<ProxyServer> of(HttpUrl url) {
    return Optional.ofNullable(byScheme.get(url.scheme()))
        .filter(proxy -> !direct.covers(url.host(), url.port()));
  }
}
