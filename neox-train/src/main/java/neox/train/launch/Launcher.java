package neox.train.launch;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// What starts the ranks, with what it alone needs.
sealed interface Launcher {
  /// The agent, on this host.
  record Local() implements Launcher {}

  /// An agent on each host, by pdsh.
  record Pdsh(List<String> arguments) implements Launcher {}

  /// An agent on each host, by one ssh each; DeepSpeed has nothing like it.
  record Ssh(List<String> arguments) implements Launcher {}

  /// A task for each rank, by srun.
  ///
  /// @param nodes that are named; empty: any
  record Slurm(
      List<String> arguments,
      Optional<String> comment,
      Optional<String> account,
      List<String> nodes,
      OptionalInt nodeCount,
      OptionalInt gpus)
      implements Launcher {}

  /// A process for each rank, by Open MPI's mpirun.
  ///
  /// @param hostfile that it reads itself
  record OpenMpi(List<String> arguments, String hostfile) implements Launcher {}

  /// A process for each rank, by MPICH's mpirun.
  record Mpich(List<String> arguments) implements Launcher {}

  /// A process for each rank, by MVAPICH's mpirun.
  record Mvapich(List<String> arguments) implements Launcher {}

  /// Whether it starts one process for each rank, which does not know its own part otherwise.
  default boolean startsRanks() {
    return switch (this) {
      case Local _, Pdsh _, Ssh _ -> false;
      case Slurm _, OpenMpi _, Mpich _, Mvapich _ -> true;
    };
  }

  /// As it is called.
  default String label() {
    return switch (this) {
      case Local _ -> "local";
      case Pdsh _ -> "pdsh";
      case Ssh _ -> "ssh";
      case Slurm _ -> "slurm";
      case OpenMpi _ -> "openmpi";
      case Mpich _ -> "mpich";
      case Mvapich _ -> "mvapich";
    };
  }
}
