package neox.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import okhttp3.Headers;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BackoffTest {
  private static final Instant NOW = Instant.parse("2026-11-21T00:00:00Z");

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "429, '\"api\";r=0;t=55', -, 56",
        "429, '\"api\";r=9;t=55', -, 56",
        "429, '\"api\";r=9;t=5, \"pages\";r=0;t=55', -, 56",
        "429, '\"api\";r=0;t=55', 7, 56",
        "429, -, 7, 7",
        "429, -, 'Sat, 21 Nov 2026 00:01:40 GMT', 100",
        "429, 'nonsense', -, -",
        "429, '', -, -",
        "503, -, 7, 7",
        "503, '\"api\";r=499;t=290', -, -",
        "503, '\"api\";r=499;t=290', 7, 7",
        "503, '\"api\";r=0;t=55', -, 56",
        "503, '\"api\";r=07;t=55', -, -",
        "500, '\"api\";r=499;t=290', -, -",
        "500, '\"api\";r=0;t=55', 7, 56",
        "500, -, 7, -",
        "502, '\"api\";r=10;t=290', -, -",
        "504, '\"api\";r=10;t=290', 7, -",
        "403, '\"api\";r=10;t=290', 7, -",
        "429, -, 99999, 330"
      })
  void waitsOnlyAsLongAsItIsAskedTo(int status, String limit, String after, Long seconds) {
    Headers.Builder headers = new Headers.Builder();
    if (limit != null) {
      headers.add("RateLimit", limit);
    }
    if (after != null) {
      headers.add("Retry-After", after);
    }
    assertThat(Backoff.asked(status, headers.build(), NOW).map(Duration::toSeconds).orElse(null))
        .isEqualTo(seconds);
    boolean date = after != null && after.contains(",");
    Duration wait = Backoff.pause(1, new Answer(status, headers.build(), ""));
    assertThat(wait)
        .isBetween(
            Duration.ofSeconds(seconds == null || date ? 2 : seconds),
            Duration.ofSeconds(seconds == null || date ? 2 : seconds + 1));
  }
}
