package neox.parallel;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import neox.base.Environment;
import neox.base.UserException;

/// What the launcher told this process: which rank it is, of how many, and where they meet.
///
/// Read once, at the start of a program. Nothing set means one rank.
public record Launch(int rank, int worldSize, String masterAddress, int masterPort) {
  private static final String RANK = "RANK";
  private static final String WORLD_SIZE = "WORLD_SIZE";
  private static final String MASTER_ADDR = "MASTER_ADDR";
  private static final String MASTER_PORT = "MASTER_PORT";
  private static final List<String> ALL = List.of(RANK, WORLD_SIZE, MASTER_ADDR, MASTER_PORT);

  /// A scheduler that starts many tasks but does not set our variables: which of its own say how
  /// many, and which one this is.
  private record Scheduler(String tasks, String task) {}

  private static final List<Scheduler> SCHEDULERS =
      List.of(
          new Scheduler("SLURM_NTASKS", "SLURM_PROCID"),
          new Scheduler("OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK"),
          new Scheduler("PMI_SIZE", "PMI_RANK"));

  private static final int LARGEST_PORT = 65_535;

  public Launch {
    if (worldSize < 1 || rank < 0 || rank >= worldSize) {
      throw UserException.of(
          "%s: expected a number from 0 to %s - 1 = %d, found %d",
          RANK, WORLD_SIZE, worldSize - 1, rank);
    }
  }

  /// One process that does everything.
  public static Launch single() {
    return new Launch(0, 1, "localhost", 0);
  }

  /// What the environment of this process says.
  public static Launch fromEnvironment() {
    return from(Environment.all());
  }

  static Launch from(Map<String, String> environment) {
    List<String> missing = ALL.stream().filter(name -> value(environment, name).isEmpty()).toList();
    if (missing.contains(WORLD_SIZE)) {
      refuseTasksWithoutRanks(environment);
    }
    if (missing.size() == ALL.size()) {
      return single();
    }
    if (!missing.isEmpty()) {
      throw UserException.of(
          "%s is not set, but %s is: set all of %s, or none for one rank",
          missing.getFirst(),
          ALL.stream().filter(name -> !missing.contains(name)).findFirst().orElseThrow(),
          String.join(", ", ALL));
    }
    int worldSize = number(environment, WORLD_SIZE, 1, Integer.MAX_VALUE);
    return new Launch(
        number(environment, RANK, 0, Integer.MAX_VALUE),
        worldSize,
        value(environment, MASTER_ADDR).orElseThrow(),
        number(environment, MASTER_PORT, 1, LARGEST_PORT));
  }

  /// Each task would take itself for the only rank and train on its own.
  private static void refuseTasksWithoutRanks(Map<String, String> environment) {
    for (Scheduler scheduler : SCHEDULERS) {
      Optional<String> tasks = value(environment, scheduler.tasks);
      if (tasks.isPresent() && !tasks.get().equals("1")) {
        throw UserException.of(
            "%1$s is %2$s, but %3$s is not set: each task would train alone;"
                + " set %4$s=$%5$s %3$s=$%1$s %6$s=<host of rank 0> %7$s=<a free port>",
            scheduler.tasks,
            tasks.get(),
            WORLD_SIZE,
            RANK,
            scheduler.task,
            MASTER_ADDR,
            MASTER_PORT);
      }
    }
  }

  /// True for the one rank that speaks for all.
  public boolean isFirst() {
    return rank == 0;
  }

  /// The grid of these ranks; what pipeline and tensor parallelism leave over is data parallel.
  ///
  /// @param pipe `pipe_parallel_size` of the configuration
  /// @param tensor `model_parallel_size` of the configuration
  public Topology topology(int pipe, int tensor) {
    if (worldSize % (pipe * tensor) != 0) {
      throw UserException.of(
          "pipe_parallel_size(%d) * model_parallel_size(%d) * data(…) != WORLD_SIZE(%d):"
              + " start a multiple of %d ranks",
          pipe, tensor, worldSize, pipe * tensor);
    }
    return new Topology(pipe, worldSize / (pipe * tensor), tensor);
  }

  private static int number(Map<String, String> environment, String name, int least, int most) {
    String text = value(environment, name).orElseThrow();
    try {
      int number = Integer.parseInt(text.strip());
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    String expected =
        most == Integer.MAX_VALUE
            ? "a number of at least " + least
            : "a number from %d to %d".formatted(least, most);
    throw UserException.of("%s: expected %s, found '%s'", name, expected, text);
  }

  private static Optional<String> value(Map<String, String> environment, String name) {
    return Optional.ofNullable(environment.get(name)).filter(text -> !text.isBlank());
  }
}
