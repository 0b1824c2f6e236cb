package neox.hub;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import neox.base.json.Json;
import okhttp3.Headers;
import org.jspecify.annotations.Nullable;

/// What a host answered: always read whole, since the protocol's answers are small.
public record Answer(int status, Headers headers, String body) {
  private static final Pattern NUMBER = Pattern.compile("\\d{1,18}");
  private static final Pattern XML_ERROR =
      Pattern.compile("<Code>([^<]*)</Code>.*?<Message>([^<]*)</Message>", Pattern.DOTALL);

  public boolean ok() {
    return status / 100 == 2;
  }

  /// Worth a second try: the host is busy or broken for the moment.
  public boolean isTransient() {
    return switch (status) {
      case 408, 429, 500, 502, 503, 504 -> true;
      default -> false;
    };
  }

  boolean isRedirect() {
    return status / 100 == 3;
  }

  /// A header's value as a number of bytes, when it is one.
  public static OptionalLong number(@Nullable String header) {
    return header != null && NUMBER.matcher(header.strip()).matches()
        ? OptionalLong.of(Long.parseLong(header.strip()))
        : OptionalLong.empty();
  }

  /// The hub's own name for the error, such as `RepoNotFound`.
  String errorCode() {
    return header("X-Error-Code").orElse("");
  }

  public Optional<String> header(String name) {
    return Optional.ofNullable(headers.get(name)).filter(value -> !value.isBlank());
  }

  /// The body as JSON, which a successful answer must be.
  public JsonNode json(HubRequest request) throws IOException {
    JsonNode json = jsonOrMissing();
    if (!json.isObject()) {
      throw HubRefusal.broken(
          request, this, request.url().host() + " gave an answer that is not JSON");
    }
    return json;
  }

  /// Everything the host says about what went wrong, each sentence once, on one line.
  String errorText() {
    Set<String> texts = new LinkedHashSet<>();
    header("X-Error-Message").ifPresent(texts::add);
    JsonNode json = jsonOrMissing();
    addTexts(texts, json.path("error"));
    addTexts(texts, json.path("errors"));
    addTexts(texts, json.path("error_description"));
    addTexts(texts, json.path("message"));
    Matcher xml = XML_ERROR.matcher(body);
    if (xml.find()) {
      texts.add(xml.group(1) + ": " + xml.group(2));
    }
    return String.join("; ", texts).replaceAll("\\s+", " ").strip();
  }

  private static void addTexts(Set<String> texts, JsonNode node) {
    if (node.isTextual() && !node.asText().isBlank()) {
      texts.add(node.asText().strip());
    }
    if (node.isArray()) {
      node.forEach(element -> addTexts(texts, element));
    }
    if (node.isObject()) {
      addTexts(texts, node.path("message"));
    }
  }

  private JsonNode jsonOrMissing() {
    try {
      JsonNode json = Json.mapper().readTree(body);
      return json == null ? MissingNode.getInstance() : json;
    } catch (JsonProcessingException e) {
      return MissingNode.getInstance();
    }
  }
}
