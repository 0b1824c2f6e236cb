package neox.hub;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import neox.base.UserException;
import neox.base.json.Json;
import neox.hub.fixture.DownloadServer;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProxiesTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @Test
  void choosesTheProxyThatRequestsChooses() throws IOException {
    List<String> wrong = new ArrayList<>();
    try (var in = ProxiesTest.class.getResourceAsStream("/golden/proxies/cases.jsonl")) {
      for (String line : new String(in.readAllBytes(), UTF_8).lines().toList()) {
        JsonNode row = Json.parse(line, "cases.jsonl");
        Map<String, String> environment = new HashMap<>();
        row.path("environment")
            .properties()
            .forEach(e -> environment.put(e.getKey(), e.getValue().asText()));
        String found = place(Proxies.of(environment), row.path("url").asText());
        if (!found.equals(place(row.path("proxy").asText()))) {
          wrong.add(found + " for " + line);
        }
      }
    }
    assertThat(wrong).isEmpty();
  }

  private static String place(Proxies proxies, String url) {
    return proxies
        .of(HttpUrl.get(url))
        .map(proxy -> (InetSocketAddress) proxy.proxy().address())
        .map(address -> address.getHostString() + ":" + address.getPort())
        .orElse("");
  }

  private static String place(String recorded) {
    if (recorded.isEmpty()) {
      return "";
    }
    URI uri = URI.create(recorded.contains("://") ? recorded : "http://" + recorded);
    String port = ":" + (uri.getPort() < 0 ? 80 : uri.getPort());
    return uri.getHost().toLowerCase(Locale.ROOT) + port;
  }

  @ParameterizedTest
  @CsvSource({
    "'*', http://[::1]:8080/, true",
    "*.hub.example, http://a.hub.example/, true",
    "hub.example:80, http://hub.example/, true",
    "::1, http://[::1]:8080/, true",
    "[::1]:8080, http://[::1]:8080/, true",
    "[::1]:80, http://[::1]:8080/, false",
    "0.0.0.0/0, http://10.1.2.3/, true",
    "10.1.2.3/32, http://10.1.2.4/, false",
    "10.1.2.2/31, http://10.1.2.3/, true",
    "10.0.0.0/8, http://hub.example/, false",
    "hub.example., http://hub.example/, false",
    "hub.example other.example, http://other.example/, true"
  })
  void callsTheHostsOfNoProxyDirectly(String list, String url, boolean direct) {
    Map<String, String> environment = Map.of("http_proxy", "http://proxy:1", "no_proxy", list);
    assertThat(Proxies.of(environment).of(HttpUrl.get(url)).isEmpty()).isEqualTo(direct);
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://", "http://me:secret@", "::::secret", "http://me:secret@h:99999"})
  void refusesWhatIsNoAddressWithoutRepeatingItsPassword(String value) {
    assertThatThrownBy(() -> Proxies.of(Map.of("HTTPS_PROXY", value)))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "HTTPS_PROXY: is not the address of a proxy; expected http://[NAME:PASSWORD@]HOST:PORT");
  }

  @Test
  void refusesKindsOfProxiesThatItCannotUse() {
    assertThatThrownBy(() -> Proxies.of(Map.of("https_proxy", "https://proxy:1")))
        .hasMessage(
            "https_proxy: a proxy of kind https:// cannot be used; expected http://HOST:PORT or"
                + " socks5://HOST:PORT");
    assertThatThrownBy(() -> Proxies.of(Map.of("all_proxy", "socks5://me:secret@proxy:1")))
        .hasMessage(
            "all_proxy: a SOCKS proxy with a name and a password cannot be used; expected"
                + " socks5://HOST:PORT");
    assertThat(place(Proxies.of(Map.of("all_proxy", "socks5h://proxy")), "https://hub.example/"))
        .isEqualTo("proxy:1080");
  }

  @Test
  void callsThroughTheProxyAndTellsItTheNameAndPassword() throws IOException {
    try (DownloadServer proxy = DownloadServer.start()) {
      String url = "http://hub.invalid/file";
      proxy.put(url, new byte[] {1, 2, 3});
      proxy.fail(url, DownloadServer.status(407, "Proxy-Authenticate", "Basic realm=\"x\""));
      String address = proxy.address("").replace("http://", "http://me:pass%20word@");
      try (Response response = call(Map.of("http_proxy", address), url)) {
        assertThat(response.body().bytes()).containsExactly(1, 2, 3);
      }
      assertThat(proxy.calls().getLast().header("Proxy-Authorization"))
          .isEqualTo("Basic bWU6cGFzcyB3b3Jk");
    }
  }

  @Test
  void saysWhatAProxyDoesNotLetThrough() throws IOException {
    try (DownloadServer proxy = DownloadServer.start()) {
      String tunnel = "hub.invalid:443";
      String place = "the proxy " + proxy.address("").substring("http://".length());
      String advice =
          " (HTTP 407); write them as http://NAME:PASSWORD@HOST:PORT there, with %XX for special"
              + " characters";
      Map<String, String> plain = Map.of("all_proxy", proxy.address(""));
      Map<String, String> named =
          Map.of("HTTPS_PROXY", proxy.address("").replace("http://", "http://me:secret@"));

      proxy.fail(tunnel, DownloadServer.status(403));
      assertRefused(
          plain,
          "https://hub.invalid/x",
          place + " of all_proxy does not connect to hub.invalid (HTTP 403)");
      proxy.fail(tunnel, DownloadServer.status(407));
      assertRefused(
          plain,
          "https://hub.invalid/x",
          place + " of all_proxy wants a name and a password" + advice);
      proxy.fail("http://hub.invalid/x", DownloadServer.status(407));
      assertRefused(
          plain,
          "http://hub.invalid/x",
          place + " of all_proxy wants a name and a password" + advice);
      proxy.fail(tunnel, DownloadServer.status(407), DownloadServer.status(407));
      assertRefused(
          named,
          "https://hub.invalid/x",
          place + " of HTTPS_PROXY does not accept the name and password" + advice);
      assertThat(proxy.calls().getLast().header("Proxy-Authorization"))
          .isEqualTo("Basic bWU6c2VjcmV0");
    }
  }

  @Test
  void namesTheHostThatIsUnknownAndWhoRefusedTheConnection() {
    assertThatThrownBy(() -> call(Map.of(), "http://nosuch.invalid/x"))
        .isInstanceOfSatisfying(
            IOException.class,
            e -> assertThat(HubUnreachable.describe(e)).isEqualTo("unknown host nosuch.invalid"));
    assertThatThrownBy(() -> call(Map.of("http_proxy", "127.0.0.1:1"), "http://nosuch.invalid/x"))
        .isInstanceOfSatisfying(
            IOException.class,
            e ->
                assertThat(HubUnreachable.describe(e))
                    .isEqualTo("connection refused by 127.0.0.1:1"));
  }

  private static void assertRefused(Map<String, String> environment, String url, String message) {
    assertThatThrownBy(() -> call(environment, url))
        .isInstanceOf(UserException.class)
        .hasMessage(message);
  }

  private static Response call(Map<String, String> environment, String url) throws IOException {
    OkHttpClient client = WebClient.open(Proxies.of(environment), PATIENCE, PATIENCE);
    return client.newCall(new Request.Builder().url(url).build()).execute();
  }
}
