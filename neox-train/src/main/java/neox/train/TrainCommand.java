package neox.train;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import neox.base.Console;
import neox.base.ExitCode;
import neox.base.StandardOptions;
import neox.base.StopRequest;
import neox.base.StoppedException;
import neox.base.Tool;
import neox.base.ToolCommand;
import neox.base.Version;
import neox.base.help.HelpGroup;
import neox.config.ArchitectureCheck;
import neox.config.ConfigOptions;
import neox.config.ConfigSource;
import neox.config.NeoxConfig;
import neox.config.ParallelConfig;
import neox.data.OrderLog;
import neox.data.RunSamples;
import neox.parallel.Launch;
import neox.parallel.Ranks;
import neox.parallel.Topology;
import neox.parallel.comm.CommunicationException;
import neox.tensor.Device;
import neox.tensor.NativeRuntime;
import neox.train.heartbeat.Heartbeat;
import neox.train.plan.PlanCommand;
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
      "Several ranks: start the command once for each, with RANK, WORLD_SIZE, MASTER_ADDR and"
          + " MASTER_PORT in the environment; pipe_parallel_size times model_parallel_size times"
          + " replicas is WORLD_SIZE."
    })
@HelpGroup("Run")
public final class TrainCommand implements ToolCommand {
  /// How long a rank waits for the others: at the start for them to come, later for what they
  /// compute.
  private static final Duration JOIN = Duration.ofMinutes(10);

  @Mixin StandardOptions standard = new StandardOptions();
  @Mixin ConfigOptions config = new ConfigOptions();

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

  public static void main(String[] args) {
    System.exit(Tool.run(new TrainCommand(), args));
  }

  @Override
  public Map<String, Supplier<ToolCommand>> subcommands() {
    return Map.of("lr-plot", LrPlotCommand::new, "plan", PlanCommand::new);
  }

  @Override
  public int call(Console console) throws Exception {
    Optional<String> answer = config.answer();
    if (answer.isPresent()) {
      console.out().print(answer.get());
      return ExitCode.OK;
    }
    try (Heartbeat heartbeat = Heartbeat.fromEnvironment()) {
      return train(Launch.fromEnvironment(), console.outlastingReaders(), heartbeat);
    } catch (CommunicationException e) {
      console.fail("neox-train", String.valueOf(e.getMessage()));
      return ExitCode.PEER_LOST;
    }
  }

  /// Trains as one of the ranks, of which the first alone speaks.
  private int train(Launch launch, Console everyRank, Heartbeat heartbeat) throws Exception {
    Console console = voice(launch, everyRank, heartbeat);
    try (StopRequest stop = StopRequest.listen(console)) {
      RunPlan plan =
          read(launch, OrderLog.of(console, stop::requested))
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
    List<Ranks> joined = Ranks.join(topology, launch, JOIN, sets);
    try (Ranks ranks = joined.getFirst();
        Ranks writers = joined.getLast()) {
      if (ranks.isFirstOfAll()) {
        plan.loaded().warning().ifPresent(warning -> console.warn("%s", warning));
      }
      Training.Seat seat =
          new Training.Seat(ranks, writers, Device.named(device), start.heartbeat());
      return Training.run(plan, seat, console, stop);
    }
  }

  private RunPlan read(Launch launch, OrderLog log) throws IOException {
    RunPlan plan = RunPlan.read(source(), launch.worldSize(), log);
    Optional<ConfigSource> resumed = Resumption.of(source(), plan.loaded().config().checkpoint());
    if (resumed.isEmpty()) {
      return plan;
    }
    plan.opened().ifPresent(RunSamples::close);
    return RunPlan.read(resumed.get(), launch.worldSize(), log);
  }

  /// The options are short for `--set iteration=N` and `--set init_from=DIR`.
  private ConfigSource source() {
    ConfigSource source = config.source();
    if (iteration != null) {
      source = source.with("--iteration", "iteration", iteration.toString());
    }
    return initFrom == null ? source : source.with("--init-from", "init_from", initFrom.toString());
  }
}
