package neox.hub;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import okhttp3.Headers;

/// How long to wait before a call is made again.
public final class Backoff {
  /// How often a call is repeated after the first failed one.
  public static final int MAX_REPEATS = 5;

  private static final long FIRST_SECONDS = 1;
  private static final long MAX_SECONDS = 8;

  /// The hub counts calls in windows of five minutes, so no honest request to wait is longer.
  private static final long MAX_ASKED_SECONDS = 330;

  private static final int TOO_MANY = 429;
  private static final int UNAVAILABLE = 503;

  private static final Pattern NONE_LEFT = Pattern.compile(";\\s*r=0+(?!\\d)");
  private static final Pattern RESET = Pattern.compile(";\\s*t=(\\d{1,6})");
  private static final Pattern SECONDS = Pattern.compile("\\d{1,6}");

  /// 1, 2, 4, 8, 8 seconds.
  public static Duration pause(int repeats) {
    return Duration.ofSeconds(Math.min(MAX_SECONDS, FIRST_SECONDS << Math.min(repeats, 30)));
  }

  /// As [#pause(int)], unless the host says how long it wants to be left alone.
  public static Duration pause(int repeats, Answer answer) {
    return asked(answer).orElse(pause(repeats));
  }

  /// How long a server that does not serve now wants to be left alone: by `RateLimit`, else by
  /// `Retry-After`, in seconds or as a date. `Retry-After` counts with 429 and 503, `RateLimit`
  /// with 429, and with any answer that says that no call is left.
  public static Optional<Duration> asked(int status, Headers headers, Instant now) {
    Optional<Duration> limit = limit(status, headers);
    if (limit.isPresent() || !mayRetryAfter(status)) {
      return limit;
    }
    String after = String.valueOf(headers.get("Retry-After")).strip();
    if (SECONDS.matcher(after).matches()) {
      return Optional.of(bounded(Long.parseLong(after)));
    }
    try {
      Instant then = DateTimeFormatter.RFC_1123_DATE_TIME.parse(after, Instant::from);
      return Optional.of(bounded(Math.max(0, Duration.between(now, then).toSeconds())));
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  private static Duration bounded(long seconds) {
    return Duration.ofSeconds(Math.min(MAX_ASKED_SECONDS, seconds));
  }

  private static Optional<Duration> asked(Answer answer) {
    return limit(answer.status(), answer.headers())
        .or(() ->
            answer
                .header("Retry-After")
                .map(String::strip)
                .filter(value -> mayRetryAfter(answer.status()) && SECONDS.matcher(value).matches())
                .map(value -> bounded(Long.parseLong(value) + 1)));
  }

  private static boolean mayRetryAfter(int status) {
    return status == TOO_MANY || status == UNAVAILABLE;
  }

  /// A hub tells with every answer when its windows end: `"api";r=42;t=55`. That is a request to
  /// wait only where no call is left in one, or where the answer itself says so.
  private static Optional<Duration> limit(int status, Headers headers) {
    List<String> windows = List.of(String.valueOf(headers.get("RateLimit")).split(","));
    return windows.stream()
        .filter(window -> NONE_LEFT.matcher(window).find())
        .findFirst()
        .or(() -> windows.stream().filter(_ -> status == TOO_MANY).findFirst())
        .map(RESET::matcher)
        .filter(Matcher::find)
        .map(reset -> bounded(Long.parseLong(reset.group(1)) + 1));
  }

  private Backoff() {}
}
