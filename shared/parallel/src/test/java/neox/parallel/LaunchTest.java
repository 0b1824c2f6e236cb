package neox.parallel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import neox.base.UserException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LaunchTest {
  private static final Map<String, String> COMPLETE =
      Map.of("RANK", "3", "WORLD_SIZE", "8", "MASTER_ADDR", "node0", "MASTER_PORT", "29500");

  private static Map<String, String> with(String name, String value) {
    Map<String, String> changed = new HashMap<>(COMPLETE);
    changed.put(name, value);
    return changed;
  }

  @Test
  void readsTheFourVariables() {
    assertThat(Launch.from(COMPLETE)).isEqualTo(new Launch(3, 8, "node0", 29_500));
  }

  @Test
  void nothingSetIsOneRank() {
    assertThat(Launch.from(Map.of("PATH", "/bin"))).isEqualTo(Launch.single());
    assertThat(Launch.from(Map.of("SLURM_NTASKS", "1"))).isEqualTo(Launch.single());
  }

  @Test
  void refusesHalfOfTheVariables() {
    assertThatThrownBy(() -> Launch.from(Map.of("WORLD_SIZE", "8", "MASTER_ADDR", "node0")))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "RANK is not set, but WORLD_SIZE is: set all of RANK, WORLD_SIZE, MASTER_ADDR,"
                + " MASTER_PORT, or none for one rank");
    assertThatThrownBy(() -> Launch.from(with("MASTER_PORT", " ")))
        .hasMessageStartingWith("MASTER_PORT is not set, but RANK is: ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          RANK        | 8     | RANK: expected a number from 0 to WORLD_SIZE - 1 = 7, found 8
          RANK        | -1    | RANK: expected a number of at least 0, found '-1'
          RANK        | three | RANK: expected a number of at least 0, found 'three'
          WORLD_SIZE  | 0     | WORLD_SIZE: expected a number of at least 1, found '0'
          MASTER_PORT | 65536 | MASTER_PORT: expected a number from 1 to 65535, found '65536'
          MASTER_PORT | http  | MASTER_PORT: expected a number from 1 to 65535, found 'http'
          """)
  void refusesMalformedValues(String name, String value, String message) {
    assertThatThrownBy(() -> Launch.from(with(name, value)))
        .isInstanceOf(UserException.class)
        .hasMessage(message);
  }

  @ParameterizedTest
  @CsvSource({
    "SLURM_NTASKS, SLURM_PROCID",
    "OMPI_COMM_WORLD_SIZE, OMPI_COMM_WORLD_RANK",
    "PMI_SIZE, PMI_RANK"
  })
  void refusesASchedulersTasksThatWouldEachTrainAlone(String tasks, String task) {
    assertThatThrownBy(() -> Launch.from(Map.of(tasks, "4")))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "%1$s is 4, but WORLD_SIZE is not set: each task would train alone; set RANK=$%2$s"
                    .formatted(tasks, task)
                + " WORLD_SIZE=$%s MASTER_ADDR=<host of rank 0> MASTER_PORT=<a free port>"
                    .formatted(tasks));
    Map<String, String> launched = new HashMap<>(COMPLETE);
    launched.put(tasks, "4");
    assertThat(Launch.from(launched).worldSize()).isEqualTo(8);
  }

  @Test
  void dataParallelismIsWhatIsLeft() {
    Launch eight = Launch.from(COMPLETE);
    assertThat(eight.topology(2, 2)).isEqualTo(new Topology(2, 2, 2));
    assertThat(Launch.single().topology(1, 1)).isEqualTo(Topology.single());
    assertThatThrownBy(() -> eight.topology(2, 3))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "pipe_parallel_size(2) * model_parallel_size(3) * data(…) != WORLD_SIZE(8): start a"
                + " multiple of 6 ranks");
  }
}
