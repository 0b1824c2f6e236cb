package neox.train.launch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import neox.base.NamedFiles;
import neox.base.UserException;
import neox.base.process.HostName;
import neox.config.LaunchConfig;
import neox.config.LaunchConfig.LauncherName;
import neox.parallel.Launch;
import neox.parallel.Topology;
import neox.train.agent.HostRanks;

/// Finds out what this process is in a run: first from what has started it, then from the
/// configuration.
public final class Parts {
  private static final Path USUAL_HOSTFILE = Path.of("/job/hostfile");

  private final Situation situation;
  private final LaunchConfig config;
  private final LocalHost here;
  private final HostProbe probe;

  private Parts(Situation situation, LocalHost here, HostProbe probe) {
    this.situation = situation;
    this.config = situation.keys().config();
    this.here = here;
    this.probe = probe;
  }

  /// Words that ssh needs besides, where it is the launcher.
  public static List<String> wordsForSsh(LaunchConfig config) {
    return config.starter().launcher() == LauncherName.SSH
        ? Shell.words("launcher_args", config.starter().arguments())
        : List.of();
  }

  public static Part of(Situation situation) throws IOException {
    LocalHost here =
        ThisHost.with(
            situation.device(),
            situation.environment(),
            situation.keys().parallel().ranksPerReplica());
    return of(situation, here, new Programs());
  }

  static Part of(Situation situation, LocalHost here, HostProbe probe) throws IOException {
    return new Parts(situation, here, probe).find();
  }

  /// The part of a process that a launcher has started for one rank.
  public static Part.Rank rank(LaunchConfig config, Map<String, String> environment) {
    return find(config, environment)
        .orElseThrow(() ->
            UserException.of(
                "%s: nothing in the environment says which rank this is (RANK, SLURM_PROCID,"
                    + " OMPI_COMM_WORLD_RANK, PMI_RANK, MV2_COMM_WORLD_RANK)",
                RankCommand.RANK));
  }

  private static Optional<Part.Rank> find(LaunchConfig config, Map<String, String> environment) {
    Launch.Fallback fallback =
        new Launch.Fallback(config.meeting().address(), OptionalInt.of(config.meeting().port()));
    return Launch.find(environment, fallback).map(Part.Rank::new);
  }

  private Part find() throws IOException {
    NodeVariables node = new NodeVariables(situation.environment(), config, here, HostName.here());
    Optional<Part.Rank> rank =
        node.countNodes() ? Optional.empty() : find(config, situation.environment());
    if (rank.isPresent()) {
      return rank.get();
    }
    Optional<HostRanks> host = node.find();
    if (host.isPresent()) {
      return hasOneRank(host.get()) ? new Part.Alone() : new Part.Host(host.get(), List.of());
    }
    return planned();
  }

  private Part planned() throws IOException {
    List<String> warnings = new ArrayList<>();
    Optional<Hostfile> hostfile = hostfile(warnings);
    refuseBatchScript(hostfile);
    LaunchRequest request =
        new LaunchRequest(
            config,
            here,
            hostfile,
            situation.variables(),
            situation.command(),
            situation.directory());
    LaunchPlan plan = LaunchPlanner.plan(request, settings(), probe);
    warnings.addAll(plan.warnings());
    return switch (plan.launcher()) {
      case Launcher.Local _ -> local(plan, warnings);
      case Launcher.Pdsh _,
          Launcher.Ssh _,
          Launcher.Slurm _,
          Launcher.OpenMpi _,
          Launcher.Mpich _,
          Launcher.Mvapich _ ->
          new Part.Job(plan.withWarnings(warnings));
    };
  }

  private Part local(LaunchPlan plan, List<String> warnings) {
    HostRanks ranks = plan.ranksOf(0, HostName.here(), here.hasGpus());
    return hasOneRank(ranks) && warnings.isEmpty()
        ? new Part.Alone()
        : new Part.Host(ranks, warnings);
  }

  /// Whether this process may be the rank itself: an agent would only choose its GPU.
  private static boolean hasOneRank(HostRanks ranks) {
    boolean usual = ranks.devices().isEmpty() || ranks.devices().getFirst().equals("0");
    return ranks.worldSize() == Topology.single().worldSize() && usual;
  }

  /// The whole job would wait for one rank, or train as many times as it has tasks.
  private void refuseBatchScript(Optional<Hostfile> hostfile) {
    OptionalInt tasks = Launch.tasksOfBatchScript(situation.environment());
    boolean said =
        hostfile.isPresent()
            || config.hosts().slots().isPresent()
            || config.starter().launcher() == LauncherName.SLURM;
    if (tasks.orElse(1) > 1 && !said) {
      throw UserException.of(
          "SLURM_NTASKS is %d, but this is the job's batch script, which runs once: start the ranks"
              + " with srun neox-train …, or set launcher to slurm",
          tasks.getAsInt());
    }
  }

  private Optional<Hostfile> hostfile(List<String> warnings) throws IOException {
    Optional<Path> named = named(config, situation.environment());
    if (named.isPresent() && !Files.exists(named.get())) {
      warnings.add("%s: no such hostfile; the run stays on this host".formatted(named.get()));
    }
    return hostfile(config, situation.environment());
  }

  /// The hosts that a run would be started on; empty: this one alone.
  public static Optional<Hostfile> hostfile(LaunchConfig config, Map<String, String> environment)
      throws IOException {
    Path file = named(config, environment).orElse(USUAL_HOSTFILE);
    return Files.exists(file) ? Optional.of(Hostfile.read(file)) : Optional.empty();
  }

  private static Optional<Path> named(LaunchConfig config, Map<String, String> environment) {
    Optional<String> variable =
        Optional.ofNullable(environment.get("DLTS_HOSTFILE")).filter(name -> !name.isBlank());
    return config.hosts().hostfile().or(() -> variable.map(Path::of));
  }

  /// What DeepSpeed's users write down for all hosts: in the home directory, and over that where
  /// they start.
  private List<String> settings() throws IOException {
    String name = variable("DS_ENV_FILE").orElse(".deepspeed_env");
    List<String> lines = new ArrayList<>();
    for (Optional<Path> directory :
        List.of(variable("HOME").map(Path::of), Optional.of(situation.directory()))) {
      Optional<Path> file = directory.map(d -> d.resolve(name)).filter(Files::isRegularFile);
      if (file.isPresent()) {
        lines.addAll(NamedFiles.readAllLines(file.get()));
      }
    }
    return lines;
  }

  private Optional<String> variable(String name) {
    return Optional.ofNullable(situation.environment().get(name)).filter(v -> !v.isBlank());
  }
}
