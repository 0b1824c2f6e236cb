package neox.hub;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/// Makes calls: adds the token where it belongs, repeats what may be repeated, and says in one line
/// what went wrong.
///
/// Thread-safe. The owner closes it.
public final class HubHttp implements AutoCloseable {
  private static final int MAX_REDIRECTS = 5;
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

  /// Longest silence on a connection, not the length of a call: an upload may take hours, and a hub
  /// may think about a commit for a minute.
  private static final Duration IDLE_TIMEOUT = Duration.ofMinutes(2);

  private final HubSettings settings;
  private final UploadObserver observer;
  private final Pause pause;
  private final OkHttpClient client;
  private final Set<String> warnedTopics = ConcurrentHashMap.newKeySet();
  private volatile boolean answered;

  public HubHttp(HubSettings settings, UploadObserver observer, Pause pause) {
    this.settings = settings;
    this.observer = new SerialObserver(observer);
    this.pause = pause;
    this.client = WebClient.open(settings.proxies(), CONNECT_TIMEOUT, IDLE_TIMEOUT);
  }

  /// The hub's address followed by path segments that are encoded already.
  public HttpUrl url(String encodedPath) {
    return HttpUrl.get(settings.endpoint() + "/" + encodedPath);
  }

  /// The address that the hub gave; null when it is none. A mirror may hand out addresses of the
  /// public hub by mistake: they are meant to be its own.
  public @Nullable HttpUrl ownAddress(String href) {
    boolean publicHub = href.startsWith(HubSettings.DEFAULT_ENDPOINT + "/");
    return HttpUrl.parse(
        publicHub
            ? settings.endpoint() + href.substring(HubSettings.DEFAULT_ENDPOINT.length())
            : href);
  }

  public HubSettings settings() {
    return settings;
  }

  public UploadObserver observer() {
    return observer;
  }

  /// Waits before the call that follows `repeats` failed ones.
  public void pauseAfter(int repeats) throws InterruptedException {
    pause(Backoff.pause(repeats));
  }

  /// Waits before a call that is made again.
  public void pause(Duration duration) throws InterruptedException {
    pause.sleep(duration);
  }

  /// The answer of a call that must succeed; a refusal is thrown as [HubRefusal] words it.
  public Answer require(HubRequest request) throws IOException, InterruptedException {
    Answer answer = send(request);
    if (!answer.ok()) {
      throw HubRefusal.of(request, answer, settings);
    }
    return answer;
  }

  /// The last answer, whatever its status; [HubUnreachable] when none came.
  public Answer send(HubRequest request) throws IOException, InterruptedException {
    settings.requireOnline();
    boolean repeatable = request.repeat() == HubRequest.Repeat.SAFE;
    for (int repeats = 0; ; repeats++) {
      boolean last = !repeatable || repeats == Backoff.MAX_REPEATS;
      Duration wait;
      try {
        Answer answer = once(request);
        if (last || !answer.isTransient()) {
          return answer;
        }
        wait = Backoff.pause(repeats, answer);
        observer.warn(
            "HTTP %d while %s; trying again in %d s"
                .formatted(answer.status(), request.action(), wait.toSeconds()));
      } catch (LocalFileException e) {
        throw e;
      } catch (IOException e) {
        stopIfInterrupted();
        HubUnreachable unreachable = new HubUnreachable(request, repeats + 1, e);
        boolean hopeless = HubUnreachable.isUnknownHost(e) && !answered;
        if (last || hopeless) {
          throw unreachable;
        }
        wait = Backoff.pause(repeats);
        observer.warn("%s; trying again in %d s".formatted(unreachable.what(), wait.toSeconds()));
      }
      pause.sleep(wait);
    }
  }

  /// Follows where the host sends the call, if it may.
  private Answer once(HubRequest request) throws IOException {
    HttpUrl url = request.url();
    for (int redirects = 0; ; redirects++) {
      Answer answer = at(url, request);
      Optional<HttpUrl> target =
          redirects < MAX_REDIRECTS ? redirect(url, request, answer) : Optional.empty();
      if (target.isEmpty()) {
        return answer;
      }
      url = target.get();
    }
  }

  /// A call that carries the token stays with the hub; one whose address is its own proof may be
  /// sent anywhere, but not out of the encryption.
  private Optional<HttpUrl> redirect(HttpUrl from, HubRequest request, Answer answer) {
    boolean same = answer.status() == 307 || answer.status() == 308;
    if (!answer.isRedirect() || !(same || request.method().equals("GET"))) {
      return Optional.empty();
    }
    return answer
        .header("Location")
        .flatMap(location -> Optional.ofNullable(from.resolve(location)))
        .filter(to -> to.isHttps() || !from.isHttps())
        .filter(to -> request.sign() == HubRequest.Sign.ADDRESS || settings.isEndpoint(to));
  }

  private Answer at(HttpUrl url, HubRequest request) throws IOException {
    Request.Builder builder =
        new Request.Builder()
            .url(url)
            .headers(request.headers())
            .method(request.method(), request.body())
            .header("User-Agent", settings.userAgent());
    if (!url.host().equals(request.url().host())) {
      builder.removeHeader("Authorization"); // one that the hub gave for the first host
    }
    if (request.sign() == HubRequest.Sign.TOKEN && settings.isEndpoint(url)) {
      settings.token().ifPresent(token -> builder.header("Authorization", token.bearer()));
    }
    try (Response response = client.newCall(builder.build()).execute()) {
      answered = true;
      Answer answer = new Answer(response.code(), response.headers(), response.body().string());
      answer.header("X-HF-Warning").ifPresent(this::warnOncePerTopic);
      return answer;
    }
  }

  private void warnOncePerTopic(String warning) {
    int semicolon = warning.indexOf(';');
    String topic = semicolon < 0 ? "" : warning.substring(0, semicolon).strip();
    if (warnedTopics.add(topic)) {
      observer.warn("the hub says: " + warning.substring(semicolon + 1).strip());
    }
  }

  private static void stopIfInterrupted() throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
  }

  @Override
  public void close() {
    client.dispatcher().executorService().shutdown();
    client.connectionPool().evictAll();
  }
}
