package neox.preprocess.command;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import neox.base.UserException;
import neox.preprocess.input.Shard;

/// Reads `--shard`: `i/n`, or `env` for what a launcher has set.
final class ShardOption {
  /// What launchers set in each process that they start: which it is, and of how many. The first
  /// pair that is there counts, before what Slurm says.
  private static final List<Launcher> LAUNCHERS =
      List.of(
          new Launcher("RANK", "WORLD_SIZE"), // torchrun
          new Launcher("OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"), // Open MPI
          new Launcher("MV2_COMM_WORLD_RANK", "MV2_COMM_WORLD_SIZE"), // MVAPICH
          new Launcher("PMI_RANK", "PMI_SIZE")); // MPICH, Intel MPI

  /// What srun sets in each task, and sbatch not in its script.
  private static final List<String> STEP =
      List.of("SLURM_STEP_ID", "SLURM_STEPID", "SLURM_STEP_NUM_TASKS");

  private record Launcher(String index, String count) {}

  private static final Pattern FORM = Pattern.compile("(\\d{1,6})/(\\d{1,6})");

  static Shard parse(String value, Map<String, String> environment) {
    if (value.toLowerCase(Locale.ROOT).equals("env")) {
      return ofEnvironment(environment);
    }
    Matcher matcher = FORM.matcher(value);
    if (!matcher.matches()) {
      throw UserException.of(
          "--shard: expected I/N such as 0/4 (the first of four) or env, found %s", value);
    }
    return new Shard(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
  }

  /// Several tasks of several members of a Slurm array share the work among all of them.
  private static Shard ofEnvironment(Map<String, String> environment) {
    for (Launcher launcher : LAUNCHERS) {
      Optional<Shard> shard = pair(environment, launcher.index(), launcher.count());
      if (shard.isPresent()) {
        return shard.get();
      }
    }
    Optional<Shard> tasks = slurmTasks(environment);
    Optional<Shard> array = slurmArray(environment);
    if (array.isEmpty() && tasks.isEmpty()) {
      throw new UserException(
          "--shard env: none of RANK and WORLD_SIZE, OMPI_COMM_WORLD_RANK and _SIZE,"
              + " MV2_COMM_WORLD_RANK and _SIZE, PMI_RANK and PMI_SIZE, SLURM_PROCID and"
              + " SLURM_NTASKS, SLURM_ARRAY_TASK_ID and _COUNT is set; give --shard I/N");
    }
    Shard outer = array.orElse(Shard.WHOLE);
    Shard inner = tasks.orElse(Shard.WHOLE);
    return new Shard(outer.index() * inner.count() + inner.index(), outer.count() * inner.count());
  }

  private static Optional<Shard> pair(Map<String, String> environment, String index, String count) {
    if (!environment.containsKey(index) || !environment.containsKey(count)) {
      return Optional.empty();
    }
    return Optional.of(new Shard(number(environment, index), number(environment, count)));
  }

  /// In a batch script, or the shell of salloc, which run once, Slurm says task 0 of all the job's
  /// tasks.
  private static Optional<Shard> slurmTasks(Map<String, String> environment) {
    Optional<Shard> tasks = pair(environment, "SLURM_PROCID", "SLURM_NTASKS");
    boolean shell = "1".equals(environment.get("SLURM_STEP_NUM_TASKS")); // salloc's
    boolean started = !shell && STEP.stream().anyMatch(environment::containsKey);
    if (tasks.isPresent() && !tasks.get().isWhole() && tasks.get().index() == 0 && !started) {
      int count = tasks.get().count();
      throw UserException.of(
          "--shard env: this is the batch script of a Slurm job of %d tasks, which runs once, so"
              + " that part 0 of %d would be made alone; start it with srun: srun neox-preprocess …"
              + " --shard env, or ask for one task (--ntasks=1), or give --shard I/N",
          count, count);
    }
    return tasks;
  }

  private static Optional<Shard> slurmArray(Map<String, String> environment) {
    if (!environment.containsKey("SLURM_ARRAY_TASK_ID")) {
      return Optional.empty();
    }
    int first = number(environment, "SLURM_ARRAY_TASK_MIN");
    int last = number(environment, "SLURM_ARRAY_TASK_MAX");
    int step =
        environment.containsKey("SLURM_ARRAY_TASK_STEP")
            ? number(environment, "SLURM_ARRAY_TASK_STEP")
            : 1;
    int count = number(environment, "SLURM_ARRAY_TASK_COUNT");
    int index = number(environment, "SLURM_ARRAY_TASK_ID") - first;
    if (step < 1 || (last - first) / step + 1 != count || index % step != 0) {
      throw UserException.of(
          "--shard env: the Slurm array from %d to %d has %d tasks, so their numbers have gaps;"
              + " give --shard I/N",
          first, last, count);
    }
    return Optional.of(new Shard(index / step, count));
  }

  private static int number(Map<String, String> environment, String name) {
    String value = environment.getOrDefault(name, "");
    if (!value.matches("\\d{1,9}")) {
      throw UserException.of("--shard env: %s: expected a number, found \"%s\"", name, value);
    }
    return Integer.parseInt(value);
  }

  private ShardOption() {}
}
