package neox.remote;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import neox.base.UserException;
import neox.hub.Answer;
import neox.hub.Backoff;
import neox.hub.HubRefusal;
import neox.hub.HubRequest;
import neox.hub.HubSettings;
import neox.hub.Pause;
import neox.hub.WebClient;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;

/// A web server that serves ranges of its files, as a store to read from.
///
/// The token of a hub goes to that hub alone, and with `HF_HUB_OFFLINE` nothing goes there.
final class HttpStore implements ObjectStore {
  private static final Duration CONNECT = Duration.ofSeconds(10);
  private static final Duration IDLE = Duration.ofMinutes(1);
  private static final int MAX_REDIRECTS = 10;
  private static final int MOST_WORDS = 1 << 16;
  private static final int PARTIAL = 206;
  private static final int NOT_SATISFIABLE = 416;
  private static final Pattern LONE_PERCENT = Pattern.compile("%(?![0-9A-Fa-f]{2})");
  private static final Pattern RANGE = Pattern.compile("bytes (\\d{1,18})-(\\d{1,18})/(\\d{1,18})");
  private static final Pattern EMPTY = Pattern.compile("bytes \\*/0+");

  private final StoreAddress root;
  private final HubSettings hub;
  private final OkHttpClient client;
  private final Pause pause;

  private HttpStore(StoreAddress root, HubSettings hub, Pause pause) {
    this.root = root;
    this.hub = hub;
    this.pause = pause;
    this.client = WebClient.open(hub.proxies(), CONNECT, IDLE);
  }

  static HttpStore open(StoreAddress address, Map<String, String> environment) {
    return open(address, environment, Pause.sleeping());
  }

  /// @param pause before a call is repeated
  static HttpStore open(StoreAddress address, Map<String, String> environment, Pause pause) {
    StoreAddress root = address.root();
    if (HttpUrl.parse(root.toString()) == null) {
      throw UserException.of("%s: expected an address such as https://host/folder", address);
    }
    try {
      HubSettings hub = HubSettings.forReading("neox-remote", environment, Optional.empty());
      return new HttpStore(root, hub, pause);
    } catch (IOException e) {
      throw UserException.of(
          "the token of the hub cannot be read: %s", String.valueOf(e.getMessage()));
    }
  }

  /// Addresses stand as people copy them: what is escaped in them already stays, the rest is.
  private HttpUrl url(String key) {
    HttpUrl.Builder url = HttpUrl.get(root.toString()).newBuilder().encodedPath("/");
    for (String name : key.split("/", -1)) {
      url.addEncodedPathSegment(LONE_PERCENT.matcher(name).replaceAll("%25"));
    }
    // The first segment of the builder is the empty one of "/", which the first name replaces.
    return url.build();
  }

  private StoreAddress address(String key) {
    return root.resolve(key);
  }

  /// Many web servers deny what is not there; a hub says which of the two it is.
  private boolean isOfHub(String key) {
    return hub.isEndpoint(url(key));
  }

  /// A byte is asked for rather than the headers: that shows whether ranges are served. What a web
  /// server denies is not there, unless it is the hub.
  @Override
  public Optional<StoredObject> find(String key) throws IOException {
    return repeated(
        key,
        () -> {
          try (Response response = get(key, 0, 0)) {
            boolean ofFolder = response.request().url().encodedPath().endsWith("/");
            return switch (response.code()) {
              case 200, PARTIAL, NOT_SATISFIABLE ->
                  ofFolder ? Optional.empty() : Optional.of(object(key, response));
              case 404, 410 -> Optional.empty();
              case 401, 403 -> {
                if (isOfHub(key)) {
                  throw refusal(key, response);
                }
                yield Optional.empty();
              }
              default -> throw refusal(key, response);
            };
          }
        });
  }

  private StoredObject object(String key, Response response) {
    Matcher range = RANGE.matcher(header(response, "Content-Range"));
    boolean partial = response.code() == PARTIAL && range.matches();
    boolean empty =
        response.code() == NOT_SATISFIABLE
            && EMPTY.matcher(header(response, "Content-Range")).matches();
    boolean emptyWhole = response.code() == 200 && "0".equals(response.header("Content-Length"));
    if (!partial && !empty && !emptyWhole) {
      throw UserException.of(
          "%s: the server serves no ranges of bytes; expected one that does (or download the file"
              + " and give its path)",
          address(key));
    }
    long bytes = partial ? Long.parseLong(Objects.requireNonNull(range.group(3))) : 0;
    return new StoredObject(key, bytes, tag(response), Optional.empty());
  }

  /// A weak tag stands for what is much the same, which is not enough.
  private static String tag(Response response) {
    String tag = header(response, "ETag");
    return tag.isEmpty() || tag.startsWith("W/")
        ? header(response, "Last-Modified")
        : tag.replace("\"", "");
  }

  /// Empty when there is none.
  private static String header(Response response, String name) {
    return Objects.requireNonNullElse(response.header(name), "");
  }

  @Override
  public boolean lists() {
    return false;
  }

  @Override
  public Listing list(String folder) {
    throw UserException.of(
        "%s: a web server does not say which files lie in a folder; expected %s there, which neox"
            + " writes where it pushes checkpoints to, or the address of an object store (s3://)",
        address(folder), Manifest.NAME);
  }

  @Override
  public void read(StoredObject object, long from, ByteBuffer into) throws IOException {
    int begin = into.position();
    repeated(
        object.key(),
        () -> {
          into.position(begin);
          fill(object, from, into);
          return object;
        });
  }

  private void fill(StoredObject object, long from, ByteBuffer into) throws IOException {
    if (!into.hasRemaining()) {
      return;
    }
    try (Response response = get(object.key(), from, from + into.remaining() - 1)) {
      switch (response.code()) {
        case 200, NOT_SATISFIABLE -> throw changed(object);
        case PARTIAL -> {
          Matcher range = RANGE.matcher(header(response, "Content-Range"));
          boolean same =
              range.matches()
                  && Long.parseLong(range.group(1)) == from
                  && Long.parseLong(range.group(3)) == object.bytes()
                  && tag(response).equals(object.tag());
          if (!same) {
            throw changed(object);
          }
          fill(response.body().byteStream(), into);
        }
        default -> throw refusal(object.key(), response);
      }
    }
  }

  private static void fill(InputStream in, ByteBuffer into) throws IOException {
    byte[] block = new byte[1 << 16];
    while (into.hasRemaining()) {
      int read = in.read(block, 0, Math.min(block.length, into.remaining()));
      if (read < 0) {
        throw new EOFException("the connection ended early");
      }
      into.put(block, 0, read);
    }
  }

  private UserException changed(StoredObject object) {
    return UserException.of(
        "%s: changed while it was being read; run it again", address(object.key()));
  }

  @Override
  public void put(String key, LocalContent content, LongConsumer sent) {
    throw readOnly(key);
  }

  @Override
  public void put(String key, byte[] bytes) {
    throw readOnly(key);
  }

  private UserException readOnly(String key) {
    return UserException.of(
        "%s: nothing can be stored at a web server; expected a directory, s3:// or hf://",
        address(key));
  }

  private interface Calls<T> {
    T run() throws IOException;
  }

  private <T> T repeated(String key, Calls<T> calls) throws IOException {
    for (int repeats = 0; ; repeats++) {
      Duration wait;
      try {
        return calls.run();
      } catch (Busy e) {
        if (repeats == Backoff.MAX_REPEATS) {
          throw new IOException(address(key) + ": " + e.getMessage());
        }
        wait = e.asked.orElse(Backoff.pause(repeats));
      } catch (IOException e) {
        if (repeats == Backoff.MAX_REPEATS) {
          throw new IOException(address(key) + ": " + e.getMessage(), e);
        }
        wait = Backoff.pause(repeats);
      }
      try {
        pause.sleep(wait);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted while reading " + address(key), e);
      }
    }
  }

  private static final class Busy extends IOException {
    private static final long serialVersionUID = 1;
    private final transient Optional<Duration> asked;

    Busy(String message, Optional<Duration> asked) {
      super(message);
      this.asked = asked;
    }
  }

  private IOException refusal(String key, Response response) {
    Answer answer = new Answer(response.code(), response.headers(), body(response));
    String server = "HTTP " + answer.status() + " from " + response.request().url().host();
    if (answer.isTransient() || answer.status() >= 500) {
      return new Busy(server, Backoff.asked(answer.status(), response.headers(), Instant.now()));
    }
    boolean isDenied = answer.status() == 401 || answer.status() == 403;
    if (isDenied && hub.isEndpoint(response.request().url())) {
      HubRequest request = HubRequest.get("reading " + address(key), url(key));
      return HubRefusal.of(request, answer, hub);
    }
    String meaning =
        switch (answer.status()) {
          case 401, 403 -> "access is denied";
          case 404, 410 -> "it is not there";
          default -> "the server refused";
        };
    throw UserException.of("%s: %s (%s)", address(key), meaning, server);
  }

  /// What a server says beside its refusal; empty when that does not arrive.
  private static String body(Response response) {
    try {
      return response.peekBody(MOST_WORDS).string();
    } catch (IOException e) {
      return "";
    }
  }

  private Response get(String key, long first, long last) throws IOException {
    HttpUrl url = url(key);
    for (int redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
      Response response = client.newCall(request(url, first, last)).execute();
      if (!response.isRedirect()) {
        return response;
      }
      try (response) {
        HttpUrl target = url.resolve(header(response, "Location"));
        if (target == null || (url.isHttps() && !target.isHttps())) {
          throw UserException.of(
              "%s: %s redirects to no address that can be used", address(key), url.host());
        }
        url = target;
      }
    }
    throw UserException.of("%s: redirected in a circle", address(key));
  }

  private Request request(HttpUrl url, long first, long last) {
    Request.Builder request =
        new Request.Builder()
            .url(url)
            .header("User-Agent", hub.userAgent())
            .header("Accept-Encoding", "identity")
            .header("Range", "bytes=" + first + "-" + last);
    if (hub.isEndpoint(url)) {
      hub.requireOnline();
      hub.token().ifPresent(token -> request.header("Authorization", token.bearer()));
    }
    return request.build();
  }

  @Override
  public void close() {
    client.dispatcher().executorService().shutdown();
    client.connectionPool().evictAll();
  }
}
