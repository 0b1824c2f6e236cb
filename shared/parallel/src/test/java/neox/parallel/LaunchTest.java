package neox.parallel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import neox.base.UserException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LaunchTest {
  private static final Map<String, String> COMPLETE =
      Map.of("RANK", "3", "WORLD_SIZE", "8", "MASTER_ADDR", "node0", "MASTER_PORT", "29500");

  private static final Launch.Fallback PORT =
      new Launch.Fallback(Optional.empty(), OptionalInt.of(29_500));

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

  /// Variables as they stand in a process, and what follows from them.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          OMPI_COMM_WORLD_RANK=1 OMPI_COMM_WORLD_SIZE=4 OMPI_COMM_WORLD_LOCAL_SIZE=4   | 1 | 4 | 127.0.0.1
          PMI_RANK=2 PMI_SIZE=4 MPI_LOCALNRANKS=4                                      | 2 | 4 | 127.0.0.1
          MV2_COMM_WORLD_RANK=0 MV2_COMM_WORLD_SIZE=2 MASTER_ADDR=h                    | 0 | 2 | h
          SLURM_PROCID=3 SLURM_NTASKS=8 SLURM_STEP_ID=0 SLURM_JOB_NODELIST=gpu[07-08]  | 3 | 8 | gpu07
          SLURM_PROCID=0 SLURM_NTASKS=8 SLURM_STEP_ID=0 MASTER_ADDR=h                  | 0 | 8 | h
          SLURM_PROCID=1 SLURM_NTASKS=2 SLURM_STEP_ID=0 OMPI_COMM_WORLD_RANK=5 OMPI_COMM_WORLD_SIZE=8 MASTER_ADDR=h | 5 | 8 | h
          RANK=5 WORLD_SIZE=8 MASTER_ADDR=h SLURM_PROCID=1 SLURM_NTASKS=2 SLURM_STEP_ID=0 | 5 | 8 | h
          RANK=1 WORLD_SIZE=2 LOCAL_WORLD_SIZE=1 MASTER_ADDR=h SLURM_PROCID=0 SLURM_NTASKS=2 SLURM_STEP_ID=0 | 1 | 2 | h
          """)
  void findsItsRankInWhatSchedulersSet(String variables, int rank, int size, String address) {
    assertThat(Launch.find(environment(variables), PORT))
        .contains(new Launch(rank, size, address, 29_500));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "PATH=/bin",
        "MASTER_ADDR=h MASTER_PORT=1",
        "OMPI_COMM_WORLD_RANK=0 OMPI_COMM_WORLD_SIZE=1",
        "SLURM_PROCID=0 SLURM_NTASKS=8 SLURM_JOB_ID=7",
      })
  void findsNothingWhereNobodyHasStartedSeveral(String variables) {
    assertThat(Launch.find(environment(variables), PORT)).isEmpty();
  }

  @Test
  void saysWhatIsMissingWhereRanksAreToMeet() {
    assertThatThrownBy(
            () -> Launch.from(Map.of("OMPI_COMM_WORLD_RANK", "0", "OMPI_COMM_WORLD_SIZE", "4")))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "Open MPI has started several processes, but where they meet is not known: set"
                + " MASTER_ADDR=<host of rank 0> MASTER_PORT=<a free port>, or master_addr and"
                + " master_port in the configuration");
  }

  @Test
  void refusesARankThatWasWrittenDownBeforeTheTasksWereStarted() {
    Map<String, String> environment =
        environment("RANK=0 WORLD_SIZE=8 SLURM_PROCID=3 SLURM_NTASKS=8 SLURM_STEP_ID=0");
    assertThatThrownBy(() -> Launch.find(environment, PORT))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "RANK is 0, but SLURM_PROCID of Slurm is 3, and both count 8 ranks: set"
                + " RANK=$SLURM_PROCID inside each task, or leave it out");
  }

  @Test
  void knowsTheBatchScriptOfAJob() {
    assertThat(Launch.tasksOfBatchScript(environment("SLURM_NTASKS=8 SLURM_PROCID=0"))).hasValue(8);
    assertThat(Launch.tasksOfBatchScript(environment("SLURM_NTASKS=8 SLURM_STEP_ID=0"))).isEmpty();
    String shell = "SLURM_PROCID=0 SLURM_NTASKS=8 SLURM_STEP_ID=4294967290 SLURM_STEP_NUM_TASKS=1";
    assertThat(Launch.tasksOfBatchScript(environment(shell))).isNotEmpty(); // of salloc
    assertThat(Launch.tasksOfBatchScript(environment("PATH=/bin"))).isEmpty();
  }

  @Test
  void knowsItsNumberOnItsHost() {
    assertThat(
            Launch.localRank(
                environment("SLURM_PROCID=3 SLURM_NTASKS=8 SLURM_STEP_ID=0 SLURM_LOCALID=1")))
        .hasValue(1);
    assertThat(Launch.localRank(Map.of())).isEmpty();
  }

  private static Map<String, String> environment(String variables) {
    return Arrays.stream(variables.split(" "))
        .map(variable -> variable.split("=", 2))
        .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));
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
