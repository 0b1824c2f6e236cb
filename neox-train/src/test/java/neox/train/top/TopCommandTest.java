package neox.train.top;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Optional;
import neox.base.UserException;
import neox.base.json.Json;
import neox.train.heartbeat.Beat;
import neox.train.heartbeat.JobBeat;
import neox.train.heartbeat.Phase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TopCommandTest {
  private static final long NOW = 1_700_000_000_000L;

  @TempDir Path directory;

  private void metrics(double secondsAgo, String... lines) throws IOException {
    Path file = Files.write(directory.resolve("metrics.jsonl"), List.of(lines));
    Files.setLastModifiedTime(file, FileTime.fromMillis(NOW - Math.round(secondsAgo * 1000)));
  }

  private RunView view() throws IOException {
    return RunView.of(directory, NOW);
  }

  private static final String ROW =
      """
      {"step":12,"train/lm_loss":2.5,"train/grad_norm":0.75,"runtime/tokens_per_sec":1234.5,\
      "runtime/iteration_time":2.0,"runtime/eta":176.0,"memory/resident":1073741824}\
      """;

  @Test
  void tellsARunByItsRecordsAlone() throws IOException {
    metrics(3, ROW, "{\"step\":13,\"train/lm_loss\":2.25}", "{\"step\":14,\"trai");
    RunView view = view();
    assertThat(view.state()).isEqualTo(RunView.State.RUNNING);
    assertThat(view.step()).isEqualTo(13);
    assertThat(TopTable.lines(List.of(view)).getLast())
        .contains(" running ", " 13/100 ", " 2.250 ", " 1,235 ", " 2.000 ", " 0.750 ", " 1.0 GiB ");
  }

  @Test
  void aRunThatSaysNothingIsSilent() throws IOException {
    metrics(3600, ROW);
    assertThat(view().state()).isEqualTo(RunView.State.SILENT);
    assertThat(TopTable.lines(List.of(view())).getLast())
        .contains(" silent ")
        .endsWith("  nothing since 1:00:00");
  }

  @Test
  void aRunThatHasTakenItsLastStepHasEnded() throws IOException {
    metrics(3600, "{\"step\":100,\"runtime/iteration_time\":2.0,\"runtime/eta\":0.0}");
    assertThat(view().state()).isEqualTo(RunView.State.ENDED);
  }

  @Test
  void showsAllRanksOfAJobThatIsWatched() throws IOException {
    metrics(3, ROW);
    new JobBeat(
            NOW - 500,
            1,
            JobBeat.RUNNING,
            2,
            List.of(member(0, "a", 14, false), member(1, "b", 14, true)))
        .write(directory);
    assertThat(TopTable.lines(List.of(view())).subList(1, 4))
        .satisfiesExactly(
            run -> assertThat(run).contains(" running ", " 14/100 ").endsWith("restarted 2 times"),
            rank -> assertThat(rank).isEqualTo("  rank 0    a                step 14  step, 4 s"),
            rank ->
                assertThat(rank)
                    .isEqualTo(
                        "  rank 1    b                step 14  step, waiting for others, 4 s"));
    JsonNode json = Json.parse(Json.line(view().json()), "json");
    assertThat(json.path("train_iters").asLong()).isEqualTo(100);
    assertThat(json.path("seconds_left").asDouble()).isEqualTo(172);
    assertThat(json.path("ranks").path(1).path("waiting").asBoolean()).isTrue();
  }

  private static JobBeat.Member member(int rank, String host, long step, boolean waiting) {
    Beat beat = new Beat(9, NOW - 600, NOW - 4000, Phase.STEP, step, 100, 77, 10, waiting, "");
    return new JobBeat.Member(rank, host, Optional.of(beat));
  }

  @Test
  void refusesADirectoryWithoutRecords() {
    assertThatThrownBy(this::view)
        .isInstanceOf(UserException.class)
        .hasMessageContaining("expected the records of a run (metrics.jsonl or heartbeat.json");
  }
}
