package neox.train.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import neox.base.UserException;
import org.junit.jupiter.api.Test;

class RankEnvironmentTest {
  private static final Path BEATS = Path.of("beats");

  @Test
  void givesEachRankOfAHostItsPlaceDeviceAndShareOfTheProcessors() {
    HostRanks ranks = new HostRanks("b", 4, 2, 6, "a", 29500, List.of("2", "3"));

    assertThat(new RankEnvironment(ranks, 29501, BEATS, 9).of(1, Map.of()))
        .isEqualTo(
            Map.of(
                "RANK", "5",
                "LOCAL_RANK", "1",
                "WORLD_SIZE", "6",
                "LOCAL_WORLD_SIZE", "2",
                "MASTER_ADDR", "a",
                "MASTER_PORT", "29501",
                "CUDA_VISIBLE_DEVICES", "3",
                "OMP_NUM_THREADS", "4",
                "NEOX_HEARTBEAT", "beats/rank-5.json"));
  }

  @Test
  void leavesTheThreadsThatTheUserHasSet() {
    HostRanks ranks = HostRanks.alone("a", 4, List.of());

    assertThat(new RankEnvironment(ranks, 1, BEATS, 2).of(0, Map.of()))
        .containsEntry("OMP_NUM_THREADS", "1")
        .doesNotContainKey("CUDA_VISIBLE_DEVICES");
    assertThat(new RankEnvironment(ranks, 1, BEATS, 2).of(0, Map.of("OMP_NUM_THREADS", "3")))
        .doesNotContainKey("OMP_NUM_THREADS");
  }

  @Test
  void refusesMoreRanksThanDevices() {
    assertThatThrownBy(() -> HostRanks.alone("a", 3, List.of("0", "1")))
        .isInstanceOf(UserException.class)
        .hasMessage("3 ranks on a, which has 2 devices (0,1): start at most one rank for each");
  }
}
