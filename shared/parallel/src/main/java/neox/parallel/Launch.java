package neox.parallel;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
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

  private static final List<String> NODE_LISTS =
      List.of("SLURM_STEP_NODELIST", "SLURM_JOB_NODELIST", "SLURM_NODELIST");

  /// What agents, which start the ranks of a host, tell them besides.
  private static final String OF_AGENTS = "LOCAL_WORLD_SIZE";

  private static final String LOOPBACK = "127.0.0.1";
  private static final int LARGEST_PORT = 65_535;

  public Launch {
    if (worldSize < 1 || rank < 0 || rank >= worldSize) {
      throw UserException.of(
          "%s: expected a number from 0 to %s - 1 = %d, found %d",
          RANK, WORLD_SIZE, worldSize - 1, rank);
    }
  }

  /// Where ranks meet if the environment does not say so.
  ///
  /// @param address empty: the scheduler has to tell
  public record Fallback(Optional<String> address, OptionalInt port) {
    public static final Fallback NONE = new Fallback(Optional.empty(), OptionalInt.empty());
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
    return find(environment, Fallback.NONE).orElse(single());
  }

  /// What an environment says; empty where nothing has started this process as one of several.
  ///
  /// @throws UserException where it says so by halves, or twice and differently
  public static Optional<Launch> find(Map<String, String> environment, Fallback fallback) {
    List<RankVariables> said =
        Arrays.stream(RankVariables.values()).filter(v -> v.haveStarted(environment)).toList();
    if (said.isEmpty()) {
      return Optional.empty();
    }
    refuseConflict(said, environment);
    RankVariables first = said.getFirst();
    requireBoth(first, environment);
    int worldSize = number(environment, first.size(), 1, Integer.MAX_VALUE);
    int rank = number(environment, first.rank(), 0, Integer.MAX_VALUE);
    if (rank >= worldSize) {
      throw UserException.of(
          "%s: expected a number from 0 to %s - 1 = %d, found %d",
          first.rank(), first.size(), worldSize - 1, rank);
    }
    return Optional.of(
        new Launch(
            rank,
            worldSize,
            address(first, environment, fallback),
            port(first, environment, fallback)));
  }

  private static void requireBoth(RankVariables said, Map<String, String> environment) {
    List<String> names = said == RankVariables.TORCHRUN ? ALL : List.of(said.rank(), said.size());
    Optional<String> missing =
        List.of(said.rank(), said.size()).stream()
            .filter(name -> RankVariables.value(environment, name).isEmpty())
            .findFirst();
    if (missing.isPresent()) {
      String present =
          names.stream()
              .filter(name -> RankVariables.value(environment, name).isPresent())
              .findFirst()
              .orElseThrow();
      throw UserException.of(
          "%s is not set, but %s is: set all of %s, or none for one rank",
          missing.get(), present, String.join(", ", names));
    }
  }

  /// A rank that was written down before the processes were started is the same in all of them. An
  /// agent may number its ranks as it likes.
  private static void refuseConflict(List<RankVariables> said, Map<String, String> environment) {
    RankVariables first = said.getFirst();
    if (RankVariables.value(environment, OF_AGENTS).isPresent()) {
      return;
    }
    for (RankVariables other : said.subList(1, said.size())) {
      boolean sameSize =
          RankVariables.value(environment, first.size())
              .equals(RankVariables.value(environment, other.size()));
      Optional<String> mine = RankVariables.value(environment, first.rank());
      Optional<String> its = RankVariables.value(environment, other.rank());
      boolean counts = first == RankVariables.TORCHRUN;
      if (counts && sameSize && mine.isPresent() && !mine.equals(its)) {
        throw UserException.of(
            "%s is %s, but %s of %s is %s, and both count %s ranks: set %s=$%s inside each task, or"
                + " leave it out",
            first.rank(),
            mine.get(),
            other.rank(),
            other.label(),
            its.orElseThrow(),
            RankVariables.value(environment, first.size()).orElseThrow(),
            first.rank(),
            other.rank());
      }
    }
  }

  private static String address(
      RankVariables said, Map<String, String> environment, Fallback fallback) {
    Optional<String> given = RankVariables.value(environment, MASTER_ADDR).or(fallback::address);
    return given
        .or(() -> ofScheduler(said, environment))
        .orElseThrow(() -> missing(said, MASTER_ADDR));
  }

  /// The host of rank 0, where that is known.
  private static Optional<String> ofScheduler(RankVariables said, Map<String, String> environment) {
    return switch (said) {
      case TORCHRUN -> Optional.empty();
      case SLURM ->
          NODE_LISTS.stream()
              .flatMap(name ->
                  RankVariables.value(environment, name).stream()
                      .map(list -> SlurmNodes.expand(name, list).getFirst()))
              .findFirst();
      case OPEN_MPI, MVAPICH, PMI -> {
        Optional<String> size = RankVariables.value(environment, said.size());
        boolean allHere = RankVariables.value(environment, said.localSize()).equals(size);
        yield allHere ? Optional.of(LOOPBACK) : Optional.empty();
      }
    };
  }

  private static int port(RankVariables said, Map<String, String> environment, Fallback fallback) {
    if (RankVariables.value(environment, MASTER_PORT).isPresent()) {
      return number(environment, MASTER_PORT, 1, LARGEST_PORT);
    }
    return fallback.port().orElseThrow(() -> missing(said, MASTER_PORT));
  }

  private static UserException missing(RankVariables said, String name) {
    return said == RankVariables.TORCHRUN
        ? UserException.of(
            "%s is not set, but %s is: set all of %s, or none for one rank",
            name, RANK, String.join(", ", ALL))
        : UserException.of(
            "%s has started several processes, but where they meet is not known: set %s=<host of rank 0>"
                + " %s=<a free port>, or master_addr and master_port in the configuration",
            said.label(), MASTER_ADDR, MASTER_PORT);
  }

  /// This process's number among those of its host, where whoever started it tells.
  public static OptionalInt localRank(Map<String, String> environment) {
    return Arrays.stream(RankVariables.values())
        .filter(v -> v.haveStarted(environment))
        .filter(v -> RankVariables.value(environment, v.localRank()).isPresent())
        .mapToInt(v -> number(environment, v.localRank(), 0, Integer.MAX_VALUE))
        .findFirst();
  }

  /// How many tasks the job has whose batch script this process is; empty where it is none. Such a
  /// process runs once: it is no rank, and it would train alone.
  public static OptionalInt tasksOfBatchScript(Map<String, String> environment) {
    boolean script =
        RankVariables.value(environment, "SLURM_NTASKS").isPresent()
            && !RankVariables.isStep(environment);
    return script
        ? OptionalInt.of(number(environment, "SLURM_NTASKS", 1, Integer.MAX_VALUE))
        : OptionalInt.empty();
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
    String text = RankVariables.value(environment, name).orElseThrow();
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
}
