package neox.train.agent;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import neox.base.UserException;
import org.junit.jupiter.api.Test;

class RankEnvironmentTest {
  private static final Path BEATS = Path.of("beats");
  private static final Attempt.Start FIRST = new Attempt.Start(1, 0, 0);

  @Test
  void givesEachRankOfAHostItsPlaceDeviceAndShareOfTheProcessors() {
    HostRanks ranks = new HostRanks("b", 4, 2, 6, "a", 29500, List.of("2", "3"));

    assertThat(
            new RankEnvironment(ranks, new Attempt.Start(29501, 2, 1234), BEATS, 9).of(1, Map.of()))
        .isEqualTo(
            Map.ofEntries(
                entry("RANK", "5"),
                entry("LOCAL_RANK", "1"),
                entry("WORLD_SIZE", "6"),
                entry("LOCAL_WORLD_SIZE", "2"),
                entry("MASTER_ADDR", "a"),
                entry("MASTER_PORT", "29501"),
                entry("CUDA_VISIBLE_DEVICES", "3"),
                entry("OMP_NUM_THREADS", "4"),
                entry("NEOX_HEARTBEAT", "beats/rank-5.json"),
                entry("NEOX_RESTARTS", "2"),
                entry("NEOX_JOB_START", "1234")));
  }

  @Test
  void leavesTheThreadsThatTheUserHasSet() {
    HostRanks ranks = HostRanks.alone("a", 4, List.of());

    assertThat(new RankEnvironment(ranks, FIRST, BEATS, 2).of(0, Map.of()))
        .containsEntry("OMP_NUM_THREADS", "1")
        .doesNotContainKey("CUDA_VISIBLE_DEVICES");
    assertThat(new RankEnvironment(ranks, FIRST, BEATS, 2).of(0, Map.of("OMP_NUM_THREADS", "3")))
        .doesNotContainKey("OMP_NUM_THREADS");
  }

  @Test
  void refusesMoreRanksThanDevices() {
    assertThatThrownBy(() -> HostRanks.alone("a", 3, List.of("0", "1")))
        .isInstanceOf(UserException.class)
        .hasMessage("3 ranks on a, which has 2 devices (0,1): start at most one rank for each");
  }
}
