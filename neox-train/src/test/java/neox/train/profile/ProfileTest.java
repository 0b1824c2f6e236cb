package neox.train.profile;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import neox.base.json.Json;
import neox.train.profile.Profile.Cost;
import neox.train.profile.Profile.Operator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProfileTest {
  private static final long MS = 1_000_000;

  @TempDir Path directory;

  /// One step of 100 ms, with 60 of forward, of which 20 read data and 30 are `mm` with `t` inside;
  /// another thread does something meanwhile.
  private static List<Track> tracks() {
    List<Span> worker =
        List.of(
            span(Span.Kind.OPERATOR, "t", 45, 10, 0, 3),
            span(Span.Kind.OPERATOR, "mm", 40, 30, 0, 2),
            span(Span.Kind.PART, "data", 15, 20, 5, 2),
            span(Span.Kind.PART, "forward", 10, 60, 90, 1),
            span(Span.Kind.STEP, "step 3", 0, 100, 120, 0));
    List<Span> other = List.of(span(Span.Kind.OPERATOR, "copy", 50, 7, 0, 0));
    return List.of(
        new Track("main", 1, worker, new ArrayDeque<>()),
        new Track("writer", 2, other, new ArrayDeque<>()));
  }

  private static Span span(Span.Kind kind, String name, long at, long ms, long cpu, int depth) {
    return new Span(kind, name, at * MS, ms * MS, cpu * MS, depth);
  }

  @Test
  void countsEachNanosecondOnce() {
    Profile profile = Profile.of(tracks(), 1);
    assertThat(profile.step()).isEqualTo(new Cost(1, 100 * MS, 120 * MS));
    assertThat(profile.parts())
        .isEqualTo(
            Map.of(
                "data", new Cost(1, 20 * MS, 5 * MS),
                "forward", new Cost(1, 40 * MS, 85 * MS),
                "other", new Cost(1, 40 * MS, 30 * MS)));
    assertThat(profile.operators())
        .containsExactlyInAnyOrder(
            new Operator("mm", "forward", new Cost(1, 20 * MS, 0)),
            new Operator("t", "forward", new Cost(1, 10 * MS, 0)),
            new Operator("(outside of operators)", "forward", new Cost(1, 10 * MS, 0)),
            new Operator("(outside of operators)", "data", new Cost(1, 20 * MS, 0)),
            new Operator("(outside of operators)", "other", new Cost(1, 40 * MS, 0)),
            new Operator("copy", "beside", new Cost(1, 7 * MS, 0)));
  }

  @Test
  void tabulatesAnAverageStep() {
    List<String> lines = new ProfileTable(Profile.of(tracks(), 2)).lines();
    assertThat(lines)
        .contains("forward           0.5      20.00   40.0%      42.50")
        .contains("step              0.5      50.00  100.0%      60.00")
        .contains(String.format("%-58s ", "mm") + "forward         0.5      10.00   20.0%");
  }

  @Test
  void writesATraceOfAllThreads() throws IOException {
    Path file = directory.resolve("t.json");
    ChromeTrace.write(file, tracks());
    JsonNode events = Json.read(file).path("traceEvents");
    assertThat(events).hasSize(8);
    JsonNode mm = events.get(4);
    assertThat(mm.path("name").asText()).isEqualTo("mm");
    assertThat(mm.path("ph").asText()).isEqualTo("X");
    assertThat(mm.path("cat").asText()).isEqualTo("operator");
    assertThat(mm.path("ts").asDouble()).isEqualTo(40_000);
    assertThat(mm.path("dur").asDouble()).isEqualTo(30_000);
    assertThat(events.get(0).path("args").path("name").asText()).isEqualTo("main");
  }
}
