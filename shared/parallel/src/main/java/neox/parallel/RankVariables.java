package neox.parallel;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Variables with which a program that starts processes tells each of them its number. Where
/// several have set theirs, the first of these counts: mpirun and srun start agents, too, and
/// within a job of Slurm mpirun's processes hear of both.
enum RankVariables {
  TORCHRUN("torchrun", "RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE"),
  OPEN_MPI(
      "Open MPI",
      "OMPI_COMM_WORLD_RANK",
      "OMPI_COMM_WORLD_SIZE",
      "OMPI_COMM_WORLD_LOCAL_RANK",
      "OMPI_COMM_WORLD_LOCAL_SIZE"),
  MVAPICH(
      "MVAPICH",
      "MV2_COMM_WORLD_RANK",
      "MV2_COMM_WORLD_SIZE",
      "MV2_COMM_WORLD_LOCAL_RANK",
      "MV2_COMM_WORLD_LOCAL_SIZE"),
  PMI("MPI", "PMI_RANK", "PMI_SIZE", "MPI_LOCALRANKID", "MPI_LOCALNRANKS"),
  SLURM("Slurm", "SLURM_PROCID", "SLURM_NTASKS", "SLURM_LOCALID", "SLURM_STEP_TASKS_PER_NODE");

  private static final String STEP_TASKS = "SLURM_STEP_NUM_TASKS";
  private static final List<String> STEP = List.of("SLURM_STEP_ID", "SLURM_STEPID", STEP_TASKS);

  private final String label;
  private final String rank;
  private final String size;
  private final String localRank;
  private final String localSize;

  RankVariables(String label, String rank, String size, String localRank, String localSize) {
    this.label = label;
    this.rank = rank;
    this.size = size;
    this.localRank = localRank;
    this.localSize = localSize;
  }

  String label() {
    return label;
  }

  String rank() {
    return rank;
  }

  String size() {
    return size;
  }

  String localRank() {
    return localRank;
  }

  String localSize() {
    return localSize;
  }

  /// Whether this program has started this process as one of several. A batch script of Slurm runs
  /// once, however many tasks its job has.
  boolean haveStarted(Map<String, String> environment) {
    boolean several =
        value(environment, rank).isPresent()
            && value(environment, size).filter(n -> !n.strip().equals("1")).isPresent();
    return switch (this) {
      case TORCHRUN -> value(environment, rank).isPresent() || value(environment, size).isPresent();
      case OPEN_MPI, MVAPICH, PMI -> several;
      case SLURM -> several && isStep(environment);
    };
  }

  /// Whether srun has started this process as a task, not sbatch, nor salloc its shell: that is a
  /// step of one task, in a job of several.
  static boolean isStep(Map<String, String> environment) {
    boolean alone = value(environment, STEP_TASKS).filter(n -> n.strip().equals("1")).isPresent();
    boolean ofSeveral =
        value(environment, SLURM.size).filter(n -> !n.strip().equals("1")).isPresent();
    return !(alone && ofSeveral)
        && STEP.stream().anyMatch(name -> value(environment, name).isPresent());
  }

  static Optional<String> value(Map<String, String> environment, String name) {
    return Optional.ofNullable(environment.get(name)).filter(text -> !text.isBlank());
  }
}
