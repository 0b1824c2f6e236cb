package neox.wandb;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import neox.base.UserException;
import neox.base.Version;
import neox.hub.Backoff;
import neox.hub.HubUnreachable;
import neox.hub.Proxies;
import neox.hub.WebClient;
import okhttp3.Headers;
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/// Makes one attempt at a call of W&B and says what came of it: JSON, [Unanswered] when the same
/// call may be made again, [Refused] when it may not. The key goes to the server alone, and into no
/// message. Thread-safe; the owner closes it.
final class WandbHttp implements AutoCloseable {
  private static final MediaType JSON = MediaType.get("application/json");
  private static final int CONFLICT = 409;

  /// Statuses that another attempt does not change.
  private static final Set<Integer> FINAL = Set.of(400, 401, 403, 404, 409, 410, 413, 422, 501);

  private static final int LONGEST_SAID = 300;

  private final URI server;
  private final ApiKey key;
  private final OkHttpClient client;
  private volatile Optional<Duration> quota = Optional.empty();

  /// @param patience the longest that one call may take
  WandbHttp(URI server, ApiKey key, Map<String, String> environment, Patience patience) {
    this.server = server;
    this.key = key;
    this.client =
        WebClient.open(Proxies.of(environment), patience.connect(), patience.call())
            .newBuilder()
            .callTimeout(patience.call())
            .build();
  }

  /// How long a connection, and a call, may take.
  record Patience(Duration connect, Duration call) {
    static final Patience USUAL = new Patience(Duration.ofSeconds(10), Duration.ofSeconds(60));
  }

  /// What GraphQL answers, without its envelope.
  ///
  /// @param action what the call does, in messages: "while `making the run`"
  JsonNode query(String action, String name, String query, ObjectNode variables)
      throws IOException {
    ObjectNode body = WandbJson.object().put("query", query).put("operationName", name);
    body.set("variables", variables);
    boolean repeatsConflict = name.equals("UpsertBucket");
    return post(action, url("graphql"), WandbJson.line(body), repeatsConflict).path("data");
  }

  /// The answer to a part of a run's files.
  JsonNode stream(Sent.Place place, String body) throws IOException {
    HttpUrl url =
        url("files")
            .newBuilder()
            .addPathSegment(place.entity())
            .addPathSegment(place.project())
            .addPathSegment(place.run())
            .addPathSegment("file_stream")
            .build();
    return post("sending the run", url, body, false);
  }

  /// Stores a file under an address that is its own proof: the key stays here.
  void put(String address, Headers headers, byte[] content) throws IOException {
    HttpUrl url = HttpUrl.parse(address);
    if (url == null) {
      throw new Refused("the server gave an address for a file that is none");
    }
    RequestBody body = RequestBody.create(content, null);
    call("storing a file", new Request.Builder().url(url).headers(headers).put(body), false);
  }

  /// How long the server wants calls to wait, since none are left in its window.
  Optional<Duration> quota() {
    return quota;
  }

  private HttpUrl url(String path) {
    return HttpUrl.get(server + "/" + path);
  }

  private JsonNode post(String action, HttpUrl url, String json, boolean repeatsConflict)
      throws IOException {
    RequestBody body = RequestBody.create(json.getBytes(StandardCharsets.UTF_8), JSON);
    Request.Builder request =
        new Request.Builder().url(url).header("Authorization", key.basic()).post(body);
    return call(action, request, repeatsConflict);
  }

  private JsonNode call(String action, Request.Builder builder, boolean repeatsConflict)
      throws IOException {
    Request request = builder.header("User-Agent", "neox/" + Version.string()).build();
    try (Response response = client.newCall(request).execute()) {
      String text = response.body().string();
      return answer(action, request, response, text, repeatsConflict);
    } catch (Refused | Unanswered e) {
      throw e;
    } catch (UserException e) { // of a proxy, which may be mended meanwhile
      throw new Unanswered(String.valueOf(e.getMessage()), Optional.empty());
    } catch (IOException e) {
      throw new Unanswered(
          "no answer from %s while %s: %s"
              .formatted(host(request), action, HubUnreachable.describe(e)),
          Optional.empty());
    }
  }

  private JsonNode answer(
      String action, Request request, Response response, String text, boolean repeatsConflict)
      throws IOException {
    JsonNode json = parse(text);
    String said = said(json);
    int status = response.code();
    quota = quota(response.headers());
    if (response.isSuccessful() && said.isEmpty()) {
      if (!json.isObject() && request.method().equals("POST")) {
        throw new Unanswered(
            "%s gave an answer that is not JSON while %s".formatted(host(request), action),
            Optional.empty());
      }
      return json;
    }
    String what =
        "%s (HTTP %d while %s)%s"
            .formatted(
                meaning(status, request, response),
                status,
                action,
                said.isEmpty() ? "" : ": " + said);
    boolean isFinal =
        response.isSuccessful()
            || response.isRedirect()
            || (FINAL.contains(status) && !(status == CONFLICT && repeatsConflict));
    if (isFinal) {
      throw new Refused(key.hideIn(what));
    }
    throw new Unanswered(
        key.hideIn(what), Backoff.asked(status, response.headers(), Instant.now()));
  }

  private String meaning(int status, Request request, Response response) {
    String host = host(request);
    if (response.isRedirect()) {
      return host + " has moved; see wandb_host and WANDB_BASE_URL";
    }
    return switch (status) {
      case 401 -> "the " + key + " is not valid at " + host;
      case 403 -> "the " + key + " does not have the right";
      case 429 -> host + " asks for fewer calls";
      default -> host + (status >= 500 ? " failed" : " refused");
    };
  }

  private static String host(Request request) {
    return request.url().host() + ":" + request.url().port();
  }

  private static JsonNode parse(String text) {
    try {
      return text.isBlank() ? MissingNode.getInstance() : WandbJson.parse(text);
    } catch (JsonProcessingException e) {
      return MissingNode.getInstance();
    }
  }

  /// GraphQL may tell of an error with any status.
  private static String said(JsonNode json) {
    JsonNode first = json.path("errors").path(0).path("message");
    String text = first.isMissingNode() ? json.path("error").asText("") : first.asText();
    String line = text.replaceAll("\\s+", " ").strip();
    return line.substring(0, Math.min(LONGEST_SAID, line.length()));
  }

  private static Optional<Duration> quota(Headers headers) {
    return seconds(headers.get("RateLimit-Remaining")).filter(left -> left.isZero()).isPresent()
        ? seconds(headers.get("RateLimit-Reset"))
        : Optional.empty();
  }

  private static Optional<Duration> seconds(@Nullable String number) {
    return number != null && number.strip().matches("\\d{1,5}(\\.\\d*)?")
        ? Optional.of(Duration.ofMillis(Math.round(1000 * Double.parseDouble(number.strip()))))
        : Optional.empty();
  }

  URI server() {
    return server;
  }

  /// Ends calls that are under way.
  void cancel() {
    client.dispatcher().cancelAll();
  }

  @Override
  public void close() {
    client.dispatcher().executorService().shutdown();
    client.connectionPool().evictAll();
  }
}
