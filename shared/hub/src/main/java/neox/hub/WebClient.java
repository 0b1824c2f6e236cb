package neox.hub;

import java.io.IOException;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import neox.base.UserException;
import neox.hub.Proxies.ProxyServer;
import okhttp3.Authenticator;
import okhttp3.HttpUrl;
import okhttp3.Interceptor;
import okhttp3.OkHttpClient;
import okhttp3.Response;

/// Makes the clients through which everything goes that leaves this machine: through the proxies of
/// the environment, one attempt a call, redirects left to the caller.
public final class WebClient {
  private static final int PROXY_AUTHENTICATION_REQUIRED = 407;
  private static final String AUTHORIZATION = "Proxy-Authorization";

  /// How OkHttp words a proxy that does not connect.
  private static final Pattern REFUSED_TUNNEL =
      Pattern.compile("Unexpected response code for CONNECT: (\\d+)");

  private static final String UNAUTHENTICATED_TUNNEL = "Failed to authenticate with proxy";

  /// Makes one; the caller shuts its threads and connections down.
  ///
  /// @param connect the longest time a connection may take to come about
  /// @param idle the longest silence on a connection, not the length of a call
  public static OkHttpClient open(Proxies proxies, Duration connect, Duration idle) {
    return new OkHttpClient.Builder()
        .connectTimeout(connect)
        .readTimeout(idle)
        .writeTimeout(idle)
        .retryOnConnectionFailure(false)
        .followRedirects(false)
        .socketFactory(new PromptSockets())
        .proxySelector(new Selector(proxies))
        .proxyAuthenticator(authenticator(proxies))
        .addInterceptor(chain -> refuseByProxy(chain, proxies))
        .build();
  }

  private static Authenticator authenticator(Proxies proxies) {
    return (route, response) -> {
      if (response.request().header(AUTHORIZATION) != null) {
        return null; // it was of no use
      }
      HttpUrl target = route == null ? response.request().url() : route.address().url();
      return proxies
          .of(target)
          .flatMap(ProxyServer::authorization)
          .map(value -> response.request().newBuilder().header(AUTHORIZATION, value).build())
          .orElse(null);
    };
  }

  /// What a proxy does not let through is the user's to mend, and not worth another attempt.
  private static Response refuseByProxy(Interceptor.Chain chain, Proxies proxies)
      throws IOException {
    Optional<ProxyServer> proxy = proxies.of(chain.request().url());
    if (proxy.isEmpty()) {
      return chain.proceed(chain.request());
    }
    Response response;
    try {
      response = chain.proceed(chain.request());
    } catch (IOException e) {
      String message = String.valueOf(e.getMessage());
      Matcher refused = REFUSED_TUNNEL.matcher(message);
      if (refused.find()) {
        throw UserException.of(
            "%s does not connect to %s (HTTP %s)",
            proxy.get(), chain.request().url().host(), refused.group(1));
      }
      if (message.contains(UNAUTHENTICATED_TUNNEL)) {
        throw unauthenticated(proxy.get());
      }
      throw e;
    }
    if (response.code() == PROXY_AUTHENTICATION_REQUIRED) {
      response.close();
      throw unauthenticated(proxy.get());
    }
    return response;
  }

  private static UserException unauthenticated(ProxyServer proxy) {
    String what =
        proxy.authorization().isPresent()
            ? "does not accept the name and password"
            : "wants a name and a password";
    return UserException.of(
        "%s %s (HTTP 407); write them as http://NAME:PASSWORD@HOST:PORT there, with %%XX for special"
            + " characters",
        proxy, what);
  }

  private static final class Selector extends ProxySelector {
    private final Proxies proxies;

    Selector(Proxies proxies) {
      this.proxies = proxies;
    }

    @Override
    public List<Proxy> select(URI uri) {
      HttpUrl url = HttpUrl.get(uri);
      return List.of(
          url == null
              ? Proxy.NO_PROXY
              : proxies.of(url).map(ProxyServer::proxy).orElse(Proxy.NO_PROXY));
    }

    @Override
    public void connectFailed(URI uri, SocketAddress address, IOException e) {
      // There is no other proxy to choose.
    }
  }

  private WebClient() {}
}
