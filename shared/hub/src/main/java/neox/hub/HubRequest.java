package neox.hub;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import neox.base.json.Json;
import okhttp3.Headers;
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import okhttp3.RequestBody;
import org.jspecify.annotations.Nullable;

/// One call to make.
///
/// @param action what the call does, as errors say it: "while `creating alice/tiny`"
/// @param sign whether the hub wants to know who calls
/// @param repeat whether the call may be made again when its answer is lost
public record HubRequest(
    String action,
    String method,
    HttpUrl url,
    Headers headers,
    @Nullable RequestBody body,
    Sign sign,
    Repeat repeat) {

  enum Sign {
    /// With the token, provided that the address is the hub's own.
    TOKEN,
    /// Without: the address itself is signed, and object stores refuse a second proof.
    ADDRESS
  }

  public enum Repeat {
    /// A second call does the same thing again, or nothing.
    SAFE,
    /// A second call could do something else than the first.
    NEVER
  }

  private static final MediaType JSON = MediaType.get("application/json");
  private static final Headers NO_HEADERS = Headers.of();

  public static HubRequest get(String action, HttpUrl url) {
    return new HubRequest(action, "GET", url, NO_HEADERS, null, Sign.TOKEN, Repeat.SAFE);
  }

  public static HubRequest post(String action, HttpUrl url, JsonNode json, Repeat repeat) {
    return post(action, url, JSON, json, repeat);
  }

  public static HubRequest post(
      String action, HttpUrl url, MediaType type, JsonNode json, Repeat repeat) {
    byte[] content = Json.line(json).getBytes(StandardCharsets.UTF_8);
    return post(action, url, new OneShotBody(type, content), repeat);
  }

  public static HubRequest post(String action, HttpUrl url, RequestBody body, Repeat repeat) {
    return new HubRequest(action, "POST", url, NO_HEADERS, body, Sign.TOKEN, repeat);
  }

  public static HubRequest put(String action, HttpUrl url, RequestBody body, Repeat repeat) {
    return new HubRequest(action, "PUT", url, NO_HEADERS, body, Sign.ADDRESS, repeat);
  }

  public HubRequest withHeaders(Headers value) {
    return new HubRequest(action, method, url, value, body, sign, repeat);
  }

  /// The same call for an address that carries its own signature.
  public HubRequest signedByAddress() {
    return new HubRequest(action, method, url, headers, body, Sign.ADDRESS, repeat);
  }
}
