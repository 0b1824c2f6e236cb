package neox.report;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import neox.base.Tool;
import neox.base.UserException;
import neox.base.json.Json;

/// The page of runs that go on, for browsers of this machine alone: it listens on the loopback and
/// answers no request that names another host, so that no page of the internet reads it under a
/// name of its own (DNS rebinding). It only reads.
///
/// `GET /` is the page, `GET /data.json?at=PLACE&…` what has come since the places that the last
/// answer named.
public final class LiveServer implements AutoCloseable {
  private static final Set<String> METHODS = Set.of("GET", "HEAD");
  private static final String HTML = "text/html; charset=utf-8";
  private static final String JSON = "application/json";
  private static final String TEXT = "text/plain; charset=utf-8";

  private final List<RunFolder> runs;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  private LiveServer(List<RunFolder> runs, HttpServer server) {
    this.runs = runs;
    this.server = server;
  }

  /// Begins to answer.
  ///
  /// @param runs directories of runs, which may have recorded nothing yet
  /// @param port 0 for any that is free
  public static LiveServer start(List<Path> runs, int port) throws IOException {
    List<RunFolder> folders = runs.stream().map(RunFolder::of).toList();
    LiveServer live = new LiveServer(folders, bind(port));
    live.server.setExecutor(live.threads);
    live.server.createContext("/", live::answer);
    live.server.start();
    return live;
  }

  private static HttpServer bind(int port) throws IOException {
    try {
      return HttpServer.create(new InetSocketAddress(loopback(), port), 0);
    } catch (BindException e) {
      throw new UserException(
          "--port %d: expected a free port, found one in use; choose another (0: any free one)"
              .formatted(port),
          e);
    }
  }

  private static InetAddress loopback() throws IOException {
    return InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
  }

  /// Where a browser finds the page.
  public URI address() {
    return URI.create("http://127.0.0.1:" + port() + "/");
  }

  private int port() {
    return server.getAddress().getPort();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      send(exchange, answerTo(exchange));
    }
  }

  private record Answer(int status, String type, String text) {
    static Answer no(int status, String why) {
      return new Answer(status, TEXT, why + "\n");
    }
  }

  private Answer answerTo(HttpExchange exchange) {
    String host = Optional.ofNullable(exchange.getRequestHeaders().getFirst("Host")).orElse("");
    if (!Set.of("127.0.0.1:" + port(), "localhost:" + port()).contains(host)) {
      return Answer.no(421, "this page is for this machine alone: " + address());
    }
    if (!METHODS.contains(exchange.getRequestMethod())) {
      return Answer.no(405, "GET only");
    }
    try {
      return switch (exchange.getRequestURI().getPath()) {
        case "/" -> new Answer(200, HTML, ReportPage.of(ReportData.livePage(runs)));
        case "/data.json" ->
            new Answer(200, JSON, Json.line(ReportData.updates(runs, places(exchange))));
        default -> Answer.no(404, "nothing is here");
      };
    } catch (IOException e) { // the next request may find it
      return Answer.no(503, Tool.describe(e));
    }
  }

  private static List<String> places(HttpExchange exchange) {
    String query = Optional.ofNullable(exchange.getRequestURI().getRawQuery()).orElse("");
    return Arrays.stream(query.split("&", -1))
        .filter(word -> word.startsWith("at="))
        .map(word -> word.substring("at=".length()))
        .toList();
  }

  private static void send(HttpExchange exchange, Answer answer) throws IOException {
    byte[] body = answer.text().getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", answer.type());
    exchange.getResponseHeaders().set("Cache-Control", "no-store");
    exchange.getResponseHeaders().set("X-Content-Type-Options", "nosniff");
    exchange.getResponseHeaders().set("X-Frame-Options", "DENY");
    exchange.getResponseHeaders().set("Cross-Origin-Resource-Policy", "same-origin");
    exchange.getResponseHeaders().set("Referrer-Policy", "no-referrer");
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.sendResponseHeaders(answer.status(), -1);
      return;
    }
    exchange.sendResponseHeaders(answer.status(), body.length);
    exchange.getResponseBody().write(body);
  }

  /// Answers nobody any more.
  @Override
  public void close() {
    server.stop(0);
    threads.close();
  }
}
