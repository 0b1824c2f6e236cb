package neox.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import neox.config.table.ConfigTable;
import neox.config.table.ConfigType;
import neox.config.table.Range;

/// On which hosts a run is started, by what, and where its ranks meet. The keys are GPT-NeoX's and
/// DeepSpeed's.
public record LaunchConfig(Hosts hosts, Meeting meeting, Starter starter) {

  /// The hosts and, of each, the slots that hold a rank.
  ///
  /// @param hostfile a line for each host: `HOST slots=N`
  /// @param include hosts and slots to take, as `HOST:SLOT,SLOT@HOST:SLOT`; empty: all
  /// @param exclude hosts and slots to leave out, written alike; a host alone is left out whole
  /// @param nodes how many of the first hosts to take; empty: all
  /// @param slots how many of the first slots of each host to take; empty: all
  public record Hosts(
      Optional<Path> hostfile,
      String include,
      String exclude,
      OptionalInt nodes,
      OptionalInt slots) {
    /// Whether single hosts or slots are chosen.
    public boolean isFiltered() {
      return !include.isEmpty() || !exclude.isEmpty();
    }
  }

  /// Where ranks meet.
  ///
  /// @param address of the host of rank 0; empty: that host is asked
  public record Meeting(Optional<String> address, int port) {}

  /// What starts the ranks of several hosts.
  ///
  /// @param arguments words of its own, as a shell would split them
  /// @param forceMulti start it for one host, too
  /// @param checksSsh ask first whether the first host can be logged in to
  /// @param slurm `deepspeed_slurm`: the tasks of this Slurm job are the ranks
  /// @param mpi `deepspeed_mpi`: the processes of mpirun are the ranks
  public record Starter(
      LauncherName launcher,
      String arguments,
      boolean forceMulti,
      boolean checksSsh,
      Optional<String> comment,
      Optional<String> account,
      boolean slurm,
      boolean mpi) {
    /// Whether the launcher is used even where all ranks are on one host.
    public boolean forced() {
      return forceMulti || slurm || mpi;
    }
  }

  /// Programs that start processes on several hosts.
  public enum LauncherName {
    PDSH,
    SSH,
    SLURM,
    OPENMPI,
    MPICH,
    MVAPICH,
    /// None: all ranks are on this host.
    LOCAL
  }

  static LaunchConfig from(ConfigTable t) {
    t.section("Launching");
    Hosts hosts = hosts(t);
    Meeting meeting =
        new Meeting(
            t.optional(
                "master_addr",
                ConfigType.text(),
                "address of the host of rank 0, where ranks meet; by default that host is asked;"
                    + " MASTER_ADDR in the environment wins"),
            t.integer(
                "master_port", DEFAULT_PORT, Range.between(1, LARGEST_PORT), "port they meet at"));
    return new LaunchConfig(hosts, meeting, starter(t));
  }

  private static Hosts hosts(ConfigTable t) {
    Hosts hosts =
        new Hosts(
            t.path(
                "hostfile",
                "hosts to train on, a line `HOST slots=N` each; by default the file that"
                    + " DLTS_HOSTFILE names, or /job/hostfile where there is one"),
            t.text(
                INCLUDE,
                "",
                "hosts and slots to take, as HOST:0,1@HOST:0; a host without slots is left out, as"
                    + " GPT-NeoX does, with a warning"),
            t.text(
                EXCLUDE,
                "",
                "hosts and slots to leave out, as HOST:0,1@HOST; a host without slots is left out"
                    + " whole"),
            limit(t, NODES, "how many of the first hosts to take; -1: all"),
            limit(
                t,
                SLOTS,
                "how many slots of each host to take, a rank each; without a hostfile: ranks on"
                    + " this host, by default all GPUs, or on a CPU as many as one replica has"));
    t.check(
        hosts.include.isEmpty() || hosts.exclude.isEmpty(),
        List.of(INCLUDE, EXCLUDE),
        "include_str and exclude_str are mutually exclusive. Leave one of them out");
    t.check(
        hosts.exclude.isEmpty() || (hosts.nodes.isEmpty() && hosts.slots.isEmpty()),
        List.of(EXCLUDE, NODES, SLOTS),
        "contradicts num_nodes and num_gpus, which take the first; leave one of them out");
    return hosts;
  }

  private static OptionalInt limit(ConfigTable t, String name, String documentation) {
    int number =
        t.optional(name, ConfigType.integer(Range.atLeast(ALL)), documentation).orElse(ALL);
    t.check(number != 0, List.of(name), "expected at least 1, or -1 for all, found 0");
    return number == ALL ? OptionalInt.empty() : OptionalInt.of(number);
  }

  private static Starter starter(ConfigTable t) {
    return new Starter(
        t.choice(
            "launcher",
            LauncherName.PDSH,
            "what starts the ranks of several hosts; ssh and local are not GPT-NeoX's"),
        t.text("launcher_args", "", "further words for the launcher, as a shell splits them"),
        t.flag("force_multi", false, "use the launcher for one host, too"),
        !t.flag("no_ssh_check", false, "do not ask first whether the first host lets us log in"),
        t.optional("comment", ConfigType.text(), "--comment of srun"),
        t.optional("account", ConfigType.text(), "--account of srun"),
        t.flag("deepspeed_slurm", false, "the tasks of the Slurm job are the ranks"),
        t.flag("deepspeed_mpi", false, "the processes of mpirun are the ranks"));
  }

  private static final int DEFAULT_PORT = 29_500;
  private static final int LARGEST_PORT = 65_535;
  private static final int ALL = -1;
  private static final String INCLUDE = "include";
  private static final String EXCLUDE = "exclude";
  private static final String NODES = "num_nodes";
  private static final String SLOTS = "num_gpus";
}
