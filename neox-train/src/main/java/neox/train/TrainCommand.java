package neox.train;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;
import neox.base.Console;
import neox.base.Environment;
import neox.base.ExitCode;
import neox.base.StandardOptions;
import neox.base.StopRequest;
import neox.base.StoppedException;
import neox.base.Tool;
import neox.base.ToolCommand;
import neox.base.Version;
import neox.base.help.HelpGroup;
import neox.base.process.HostName;
import neox.config.ArchitectureCheck;
import neox.config.ConfigLoader;
import neox.config.ConfigOptions;
import neox.config.ConfigSource;
import neox.config.NeoxConfig;
import neox.config.OpenedConfig;
import neox.config.ParallelConfig;
import neox.config.RunShape;
import neox.data.OrderLog;
import neox.data.RunSamples;
import neox.parallel.Launch;
import neox.parallel.Ranks;
import neox.parallel.Topology;
import neox.parallel.comm.CommunicationException;
import neox.tensor.Device;
import neox.tensor.NativeRuntime;
import neox.train.agent.AgentOptions;
import neox.train.agent.HostRanks;
import neox.train.agent.OwnCommand;
import neox.train.doctor.DoctorCommand;
import neox.train.heartbeat.Heartbeat;
import neox.train.launch.LaunchOptions;
import neox.train.launch.LaunchPlan;
import neox.train.launch.Part;
import neox.train.launch.Parts;
import neox.train.launch.RankCommand;
import neox.train.launch.Situation;
import neox.train.launch.Starting;
import neox.train.log.RunPlaces;
import neox.train.plan.PlanCommand;
import neox.train.report.ReportCommand;
import neox.train.report.ServeCommand;
import neox.train.top.TopCommand;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `neox-train`: trains the network that GPT-NeoX configuration files describe.
@Command(
    name = "neox-train",
    mixinStandardHelpOptions = false,
    versionProvider = Version.class,
    sortOptions = false,
    description = "Trains a language model as GPT-NeoX configuration files say.",
    footerHeading = "Examples:",
    footer = {
      "  neox-train -d configs demo",
      "  neox-train pythia-14m.yml local.yml --set train_iters=1000",
      "",
      "The log goes to standard output, metrics to metrics.jsonl in log_dir (else save). SIGTERM,"
          + " SIGHUP, SIGUSR1 (Slurm's --signal) and Ctrl-C finish the step and save; exit code 75"
          + " then means: run the same command again to continue. A second Ctrl-C ends the run at"
          + " once, unsaved.",
      "",
      "Several ranks: the command starts them itself, on the hosts of a hostfile or on this one;"
          + " or something else starts it once for each rank (torchrun, srun, mpirun), or once for"
          + " each host (Kubernetes, SkyPilot), and it finds its part in the environment."
    })
@HelpGroup("Run")
public final class TrainCommand implements ToolCommand {
  /// How long a rank waits for the others: at the start for them to come, later for what they
  /// compute.
  private static final Duration JOIN = Duration.ofMinutes(10);

  @Mixin StandardOptions standard = new StandardOptions();
  @Mixin ConfigOptions config = new ConfigOptions();
  @Mixin LaunchOptions launching = new LaunchOptions();
  @Mixin AgentOptions failures = new AgentOptions();

  private final List<String> arguments;

  @Option(
      names = "--iteration",
      paramLabel = "N",
      description = "Continue from the checkpoint of step N instead of the latest.")
  @Nullable Long iteration;

  @Option(
      names = {"--init-from", "--init_from"},
      paramLabel = "DIR",
      description =
          "Begin at step 0 with the weights of another model: a checkpoint, or a Hugging Face"
              + " directory.")
  @Nullable Path initFrom;

  @Option(
      names = "--device",
      paramLabel = "NAME",
      description = "Where to compute: cpu, cuda or cuda:N (default: cpu).")
  String device = "cpu";

  @Option(
      names = {ArchitectureCheck.OPTION, "--override_architecture"},
      description = ArchitectureCheck.DESCRIPTION)
  boolean overrideArchitecture;

  @Option(
      names = "--profile",
      description =
          "Time the parts and operators of steps 10 to 12 (profile_step_start, profile_step_stop):"
              + " a table on standard error, a trace for Chrome in log_dir.")
  boolean profile;

  public TrainCommand() {
    this(List.of());
  }

  /// @param arguments of the process, from which it starts others like itself
  private TrainCommand(List<String> arguments) {
    this.arguments = List.copyOf(arguments);
  }

  public static void main(String[] args) {
    System.exit(Tool.run(new TrainCommand(List.of(args)), args));
  }

  @Override
  public Map<String, Supplier<ToolCommand>> subcommands() {
    return Map.of(
        "lr-plot",
        LrPlotCommand::new,
        "plan",
        PlanCommand::new,
        "doctor",
        DoctorCommand::new,
        "report",
        ReportCommand::new,
        "serve",
        ServeCommand::new,
        "top",
        TopCommand::new,
        "sync",
        SyncCommand::new,
        RankCommand.AGENT,
        () -> new AgentCommand(arguments));
  }

  @Override
  public int call(Console console) throws Exception {
    Optional<String> answer = config.answer();
    if (answer.isPresent()) {
      console.out().print(answer.get());
      return ExitCode.OK;
    }
    OpenedConfig files = ConfigLoader.open(source());
    Part part = part(files);
    if (launching.printsLaunch()) {
      print(part, console);
      return ExitCode.OK;
    }
    return switch (part) {
      case Part.Alone _ -> trainAsRank(Launch.single(), files, console.outlastingReaders());
      case Part.Rank(Launch launch) -> trainAsRank(launch, files, console.outlastingReaders());
      case Part.Host host -> {
        host.warnings().forEach(warning -> console.warn("%s", warning));
        check(files, host.ranks().worldSize());
        // The first rank says that it has heard a signal.
        try (StopRequest stop = StopRequest.listen(console.silent())) {
          HostRun.Terms terms = terms(files, host.ranks().worldSize());
          yield new HostRun(arguments, arguments, terms).run(host.ranks(), console, stop);
        }
      }
      case Part.Job(LaunchPlan plan) -> {
        plan.warnings().forEach(warning -> console.warn("%s", warning));
        check(files, plan.worldSize());
        try (StopRequest stop = StopRequest.listen(console)) {
          yield Starting.run(plan, console, stop);
        }
      }
    };
  }

  /// How ranks with these arguments are watched.
  static HostRun.Terms termsOf(List<String> arguments, int worldSize) throws IOException {
    TrainCommand command = new TrainCommand(arguments);
    String[] words = arguments.toArray(String[]::new);
    Tool.line(command, words).parseArgs(words);
    return command.terms(ConfigLoader.open(command.source()), worldSize);
  }

  private HostRun.Terms terms(OpenedConfig files, int worldSize) {
    return new HostRun.Terms(
        RunPlaces.logsOfRanks(files.forRun(RunShape.ofRanks(worldSize)).config()),
        failures.limits(),
        failures.maxRestarts());
  }

  private Part part(OpenedConfig files) throws IOException {
    OpenedConfig.Launching keys = files.launching();
    if (launching.isRank()) {
      return Parts.rank(keys.config(), Environment.all());
    }
    return Parts.of(
        new Situation(
            keys, device, Environment.all(), program(), arguments, Path.of("").toAbsolutePath()));
  }

  /// The words that start this program: the script that has started it, or else Java itself.
  private List<String> program() throws IOException {
    String script = System.getProperty("neox.program", "");
    return script.isEmpty() ? OwnCommand.with(arguments, List.of()) : List.of(script);
  }

  /// Complains before anything is started.
  private static void check(OpenedConfig files, int worldSize) {
    files.forRun(RunShape.ofRanks(worldSize)).config().requireTrainable();
  }

  private static void print(Part part, Console console) {
    switch (part) {
      case Part.Alone _, Part.Rank _ ->
          console.info("nothing is launched: this process is the rank itself");
      case Part.Host(HostRanks ranks, List<String> warnings) -> {
        warnings.forEach(warning -> console.warn("%s", warning));
        console.info(
            "ranks %d to %d of %d, on this host",
            ranks.first(), ranks.first() + ranks.here() - 1, ranks.worldSize());
      }
      case Part.Job(LaunchPlan plan) -> {
        plan.warnings().forEach(warning -> console.warn("%s", warning));
        plan.lines().forEach(console.out()::println);
      }
    }
  }

  private int trainAsRank(Launch launch, OpenedConfig files, Console console) throws Exception {
    try (Heartbeat heartbeat = Heartbeat.fromEnvironment()) {
      return train(launch, files, console, heartbeat);
    } catch (CommunicationException e) {
      console.fail("neox-train", String.valueOf(e.getMessage()));
      return ExitCode.PEER_LOST;
    }
  }

  /// Trains as one of the ranks, of which the first alone speaks.
  private int train(Launch launch, OpenedConfig files, Console everyRank, Heartbeat heartbeat)
      throws Exception {
    Console console = voice(launch, everyRank, heartbeat);
    try (StopRequest stop = StopRequest.listen(console)) {
      RunPlan plan =
          read(launch, files, OrderLog.of(console, stop::requested))
              .withArchitectureOverridden(overrideArchitecture);
      NeoxConfig read = plan.loaded().config();
      if (read.baseShapes().file().isPresent()) {
        Path file = read.baseShapes().file().get();
        console.info("base shapes: %s", BaseShapesFile.write(source(), read, file));
        return ExitCode.OK;
      }
      NativeRuntime.start(NativeRuntime.defaultThreads());
      if (read.baseShapes().coordinateCheck()) {
        return NativeRuntime.run(() -> new CoordinateCheck(source(), read, console).run());
      }
      return NativeRuntime.run(() -> train(new Start(launch, plan, heartbeat), console, stop));
    } catch (StoppedException e) {
      return Training.stoppedEarly(console);
    } finally {
      console.out().flush();
    }
  }

  /// An agent keeps what the other ranks say in a file for each; of their standard error it shows
  /// all, which is for failures alone therefore.
  private static Console voice(Launch launch, Console everyRank, Heartbeat heartbeat) {
    if (launch.isFirst()) {
      return everyRank;
    }
    return heartbeat.isWatched() ? everyRank.noticesAmongOutput() : everyRank.silent();
  }

  private record Start(Launch launch, RunPlan plan, Heartbeat heartbeat) {}

  private int train(Start start, Console console, StopRequest stop) throws IOException {
    Launch launch = start.launch();
    RunPlan plan = start.plan();
    ParallelConfig parallel = plan.loaded().config().parallel();
    Topology topology = launch.topology(parallel.stages(), parallel.modelParallelSize());
    boolean async = plan.loaded().config().checkpoint().async();
    List<String> sets = async ? List.of("", "saving-") : List.of("");
    Device device = Device.named(deviceOfRank());
    List<Ranks> joined =
        stop.endingAtOnce(
            () -> Training.stoppedEarly(console),
            () -> Ranks.join(topology, launch, JOIN, device, sets));
    try (Ranks ranks = joined.getFirst();
        Ranks writers = joined.getLast()) {
      if (ranks.isFirstOfAll()) {
        plan.loaded().warning().ifPresent(warning -> console.warn("%s", warning));
      }
      new Preflight(ranks, device, HostName.here()).run(plan.loaded().effectiveYaml());
      Training.Seat seat = new Training.Seat(ranks, writers, device, start.heartbeat());
      return Training.run(plan, seat, console, stop);
    }
  }

  private RunPlan read(Launch launch, OpenedConfig files, OrderLog log) throws IOException {
    RunPlan plan = RunPlan.read(files, launch.worldSize(), log);
    Optional<ConfigSource> resumed = Resumption.of(source(), plan.loaded().config());
    if (resumed.isEmpty()) {
      return plan;
    }
    plan.opened().ifPresent(RunSamples::close);
    return RunPlan.read(resumed.get(), launch.worldSize(), log);
  }

  /// The GPU of this rank, where whoever started it leaves all GPUs of the host to see.
  private String deviceOfRank() {
    OptionalInt local = Launch.localRank(Environment.all());
    boolean chosen =
        Environment.get("CUDA_VISIBLE_DEVICES").filter(gpus -> !gpus.contains(",")).isPresent();
    return device.equals("cuda") && local.isPresent() && !chosen
        ? "cuda:" + local.getAsInt()
        : device;
  }

  /// The options are short for `--set iteration=N`, `--set profile=true` and `--set init_from=DIR`.
  private ConfigSource source() {
    ConfigSource source = launching.over(config.source());
    if (iteration != null) {
      source = source.with("--iteration", "iteration", iteration.toString());
    }
    if (profile) {
      source = source.with("--profile", "profile", "true");
    }
    return initFrom == null ? source : source.with("--init-from", "init_from", initFrom.toString());
  }
}
