package neox.hub.download;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;
import neox.base.UserException;
import neox.hub.Answer;
import neox.hub.Backoff;
import neox.hub.HubRefusal;
import neox.hub.HubRequest;
import neox.hub.HubSettings;
import neox.hub.RemoteFile;
import neox.hub.WebClient;
import okhttp3.Call;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;

/// One attempt at a time to get a file, or the rest of it, from where its address leads.
///
/// Follows redirects by hand: a hub tells what a file is while it redirects, and the token must not
/// follow to another host. Not thread-safe. The owner closes it.
final class RangeHttp implements AutoCloseable {
  private static final int MAX_REDIRECTS = 20;
  private static final int ERROR_BYTES = 1 << 16;
  private static final int PARTIAL = 206;
  private static final int NOT_SATISFIABLE = 416;
  private static final Pattern CONTENT_RANGE =
      Pattern.compile("bytes (\\d{1,18})-(\\d{1,18})/(\\d{1,18}|\\*)");
  private static final Pattern UNSATISFIED_RANGE = Pattern.compile("bytes \\*/(\\d{1,18})");

  /// What to ask for.
  ///
  /// @param from the first byte wanted
  /// @param ifRange has the server send the whole file when it is not this one
  record Ask(RemoteFile file, long from, Optional<String> ifRange) {}

  /// The answer's bytes; closing it ends the connection's use.
  ///
  /// @param from the first byte that comes; 0 when the server sends the whole file
  /// @param framed whether a cut-off answer can be told from a whole one
  record Body(InputStream in, Identity identity, long from, boolean framed, Trail trail)
      implements Closeable {
    /// Has a thread that waits for bytes fail at once; any thread may call this.
    void cancel() {
      trail.call().cancel();
    }

    @Override
    public void close() {
      trail.response().close();
    }
  }

  private final HubSettings settings;
  private final OkHttpClient client;

  RangeHttp(HubSettings settings, Patience patience) {
    this.settings = settings;
    this.client = WebClient.open(settings.proxies(), patience.connect(), patience.idle());
  }

  /// Asks once. [DownloadFailure] says what kind of failure it was; [UserException] when the caller
  /// has to mend something.
  Body get(Ask ask) throws IOException {
    Trail trail = follow("GET", ask);
    try {
      return body(ask, trail);
    } catch (IOException | RuntimeException e) {
      trail.response().close();
      throw e;
    }
  }

  /// The headers alone, of whatever status.
  Trail head(RemoteFile file) throws IOException {
    Trail trail = follow("HEAD", new Ask(file, 0, Optional.empty()));
    trail.response().close();
    return trail;
  }

  /// Where the redirects led.
  ///
  /// @param linked what the hub said on the way
  record Trail(Call call, Response response, Optional<Identity> linked, boolean redirected) {
    Identity identity(OptionalLong length) {
      return linked.orElseGet(() -> Identity.of(response.headers(), length)).withLength(length);
    }
  }

  private Trail follow(String method, Ask ask) throws IOException {
    HttpUrl url = ask.file().url();
    Optional<Identity> linked = Optional.empty();
    for (int redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
      Call call = call(method, url, ask);
      Response response = execute(call, ask.file());
      if (linked.isEmpty()) {
        linked = Identity.linked(response.headers());
      }
      if (!response.isRedirect()) {
        return new Trail(call, response, linked, redirects > 0);
      }
      try (response) {
        url = target(url, response, ask.file());
      }
    }
    throw new DownloadFailure.Final(ask.file().name() + ": redirected in a circle");
  }

  private static HttpUrl target(HttpUrl from, Response response, RemoteFile file)
      throws IOException {
    HttpUrl url = from.resolve(String.valueOf(response.header("Location")));
    if (response.header("Location") == null || url == null) {
      throw new DownloadFailure.Final(
          "%s: %s redirects to no usable address".formatted(file.name(), from.host()));
    }
    if (from.isHttps() && !url.isHttps()) {
      throw new DownloadFailure.Final(
          "%s: %s redirects to %s without encryption"
              .formatted(file.name(), from.host(), url.host()));
    }
    return url;
  }

  private Call call(String method, HttpUrl url, Ask ask) {
    Request.Builder request =
        new Request.Builder()
            .url(url)
            .method(method, null)
            .header("User-Agent", settings.userAgent())
            // A server that compresses on the way drops the length and ignores ranges.
            .header("Accept-Encoding", "identity");
    if (ask.from() > 0) {
      request.header("Range", "bytes=" + ask.from() + "-");
      ask.ifRange().ifPresent(value -> request.header("If-Range", value));
    }
    if (settings.isEndpoint(url)) {
      settings.requireOnline();
      settings.token().ifPresent(token -> request.header("Authorization", token.bearer()));
    }
    return client.newCall(request.build());
  }

  private static Response execute(Call call, RemoteFile file) throws IOException {
    try {
      return call.execute();
    } catch (SSLHandshakeException | SSLPeerUnverifiedException e) {
      throw new DownloadFailure.Final(
          "%s: no secure connection to %s: %s"
              .formatted(file.name(), call.request().url().host(), e.getMessage()));
    }
  }

  private Body body(Ask ask, Trail trail) throws IOException {
    Response response = trail.response();
    return switch (response.code()) {
      case 200 -> whole(ask, trail);
      case PARTIAL -> partial(ask, trail);
      case NOT_SATISFIABLE -> throw unsatisfied(ask, response);
      default -> throw refusal(ask.file(), trail);
    };
  }

  private static Body whole(Ask ask, Trail trail) throws IOException {
    Response response = trail.response();
    refuseEncoding(ask.file(), response);
    OptionalLong length = Answer.number(response.header("Content-Length"));
    boolean framed =
        length.isPresent()
            || response.header("Transfer-Encoding") != null
            || response.protocol() == Protocol.HTTP_2;
    Identity identity = trail.identity(length);
    return new Body(response.body().byteStream(), identity, 0, framed, trail);
  }

  private static Body partial(Ask ask, Trail trail) throws IOException {
    Response response = trail.response();
    refuseEncoding(ask.file(), response);
    String range = String.valueOf(response.header("Content-Range"));
    Matcher matcher = CONTENT_RANGE.matcher(range);
    if (!matcher.matches() || Long.parseLong(matcher.group(1)) != ask.from()) {
      throw new DownloadFailure.NoRange(
          "asked for bytes from %d on, %s sent '%s'"
              .formatted(ask.from(), response.request().url().host(), range));
    }
    Identity identity = trail.identity(Answer.number(matcher.group(3)));
    return new Body(response.body().byteStream(), identity, ask.from(), true, trail);
  }

  /// A file that comes compressed for the journey would have to be unpacked, and could be cut short
  /// unnoticed. Some servers say so of files that are compressed themselves: those come as they
  /// are.
  private static void refuseEncoding(RemoteFile file, Response response) throws IOException {
    String encoding = response.header("Content-Encoding", "identity");
    boolean gzipFile = file.name().endsWith("gz") && String.valueOf(encoding).endsWith("gzip");
    if (!"identity".equals(encoding) && !gzipFile) {
      throw new DownloadFailure.Final(
          "%s: %s sends it with Content-Encoding %s, although asked not to"
              .formatted(file.name(), response.request().url().host(), encoding));
    }
  }

  /// The server knows no byte at or after the one asked for.
  private static IOException unsatisfied(Ask ask, Response response) {
    Matcher matcher = UNSATISFIED_RANGE.matcher(String.valueOf(response.header("Content-Range")));
    if (matcher.matches() && Long.parseLong(matcher.group(1)) < ask.from()) {
      return new DownloadFailure.Changed(
          "%s: has only %s bytes now, %d had come"
              .formatted(ask.file().name(), matcher.group(1), ask.from()));
    }
    return new DownloadFailure.NoRange("HTTP 416 for bytes from " + ask.from() + " on");
  }

  private IOException refusal(RemoteFile file, Trail trail) throws IOException {
    Response response = trail.response();
    HttpUrl url = response.request().url();
    String text = response.peekBody(ERROR_BYTES).string();
    Answer answer = new Answer(response.code(), response.headers(), text);
    boolean expiredSignature = answer.status() == 403 && trail.redirected() && !isHub(url);
    if (answer.isTransient() || answer.status() >= 500 || expiredSignature) {
      return new DownloadFailure.Busy(
          "HTTP %d from %s".formatted(answer.status(), url.host()),
          Backoff.asked(answer.status(), response.headers(), Instant.now()));
    }
    if (isHub(url)) {
      return HubRefusal.of(HubRequest.get("downloading " + file.name(), url), answer, settings);
    }
    throw UserException.of(
        "%s: %s (HTTP %d from %s)", file.name(), meaning(answer), answer.status(), url.host());
  }

  private boolean isHub(HttpUrl url) {
    return settings.isEndpoint(url);
  }

  private static String meaning(Answer answer) {
    return switch (answer.status()) {
      case 401, 403 -> "access is denied";
      case 404, 410 -> "it is not there";
      default -> "the server refused";
    };
  }

  @Override
  public void close() {
    client.dispatcher().executorService().shutdown();
    client.connectionPool().evictAll();
  }
}
