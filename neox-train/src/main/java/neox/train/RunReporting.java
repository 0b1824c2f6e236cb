package neox.train;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import neox.base.Console;
import neox.base.ExitCode;
import neox.base.UserException;
import neox.config.LoadedConfig;
import neox.config.NeoxConfig;
import neox.config.step.StepShape;
import neox.parallel.Ranks;
import neox.tensor.Device;
import neox.tensor.Placement;
import neox.train.log.FlopCount;
import neox.train.log.Meters;
import neox.train.log.NextCommands;
import neox.train.log.RunEnvironment;
import neox.train.log.RunJournal;
import neox.train.log.RunPlaces;
import neox.train.log.RunRecords;
import neox.train.log.StrictFlops;
import neox.train.log.TrainLog;
import neox.train.log.WandbRecord;
import neox.train.plan.PeakFlops;
import neox.train.profile.Profiling;
import neox.weights.spec.NetworkSpec;

/// What a rank tells of its run, and where: its console, log, metrics, TensorBoard, W&B, the
/// journal, a profile, and what the run has come to. The first rank records for all. Nothing here
/// changes a number of the run.
final class RunReporting {
  /// The numbers by which runs are compared.
  private static final List<String> RESULTS =
      List.of("train/lm_loss", "validation/lm_loss", "test/lm_loss", "runtime/tokens_per_sec");

  private final LoadedConfig loaded;
  private final NeoxConfig config;
  private final Ranks ranks;
  private final Placement placement;
  private final WandbRecord wandb;
  private final RunJournal journal = new RunJournal();
  private final Console console;

  /// @param placement of what this rank computes
  /// @param voice what this rank may say aloud
  RunReporting(LoadedConfig loaded, Ranks ranks, Placement placement, Console voice) {
    this.loaded = loaded;
    this.config = loaded.config();
    this.ranks = ranks;
    this.placement = placement;
    this.wandb = WandbRecord.of(loaded, ranks);
    this.console = wandb.copied(voice.tellingWarnings(journal::warning));
  }

  /// Where the run speaks; its warnings go into the journal as well.
  Console console() {
    return console;
  }

  /// Says what is trained.
  void describe(NetworkSpec spec) {
    console.info(
        "total params: %,d in %s, vocabulary of %,d rows",
        spec.parameterCount(),
        config.precision().name().toLowerCase(Locale.ROOT),
        spec.paddedVocab());
    new TunedParameters(spec, loaded).describe().ifPresent(line -> console.info("%s", line));
    new GradientScale(config).warning().ifPresent(line -> console.warn("%s", line));
  }

  /// The directories of the records, which the caller closes.
  RunPlaces places() throws IOException {
    return ranks.isFirstOfAll() ? RunPlaces.claim(config, console) : RunPlaces.none(console);
  }

  /// Opens the records, which the caller closes before `places`. All ranks call this together.
  ///
  /// @param stop asks the run to stop
  RunRecords records(RunPlaces places, RunCourse course, Runnable stop) throws IOException {
    RunRecords.Start start =
        new RunRecords.Start(
            course.done(), course.last(), course.steps(), config.monitor().logDir().isPresent());
    return RunRecords.open(places, start, wandb.open(places, console, stop), console);
  }

  /// Records what begins, or goes on.
  void begin(RunRecords records, RunCourse course) {
    records.metrics().text("configuration", loaded.effectiveYaml());
    loaded.warning().ifPresent(journal::warning);
    String device = placement.device() instanceof Device.Cuda(int index) ? "cuda:" + index : "cpu";
    journal.begin(
        records.directory(),
        course.done(),
        course.last(),
        RunEnvironment.of(device, ranks.topology().worldSize()));
    records.metrics().settings(loaded.values(), RESULTS);
  }

  /// What tells of each step.
  TrainLog trainLog(RunRecords records, RunCourse course) {
    int paddedVocab = course.network().spec().paddedVocab();
    TrainLog.Run run =
        new TrainLog.Run(
            course.progress(),
            course.last(),
            course.steps(),
            shape ->
                FlopCount.of(config.model(), config.recompute(), shape, paddedVocab)
                    .among(ranks.world().size()),
            config.mixedPrecision().scalesLoss());
    return new TrainLog(run, meters(course), config.monitor(), records.log(), records.metrics());
  }

  private Meters meters(RunCourse course) {
    return new Meters(
        course.clock(),
        placement.device(),
        course.position().tokensPerEpoch(),
        shape -> flops(course, shape),
        PeakFlops.of(config, placement.device()),
        ranks.world().size());
  }

  private StrictFlops flops(RunCourse course, StepShape shape) {
    return StrictFlops.of(
        config.model(),
        course.network().spec(),
        config.recompute(),
        shape.samples(),
        shape.seqLength() + config.model().promptTokens());
  }

  /// What records where the time of some steps goes; the caller closes it. The first rank stands
  /// for all.
  Profiling profiling(RunRecords records, RunCourse course) {
    Profiling.Workload workload =
        new Profiling.Workload(
            step -> flops(course, course.steps().at(step)).model() / ranks.world().size(),
            placement);
    return Profiling.of(
        config.monitor().profile().filter(_ -> ranks.isFirstOfAll()),
        course.clock(),
        workload,
        records.directory(),
        console);
  }

  /// Notes which step was taken last.
  void stepped(long step) {
    journal.stepped(step);
  }

  /// Notes that a step was saved.
  void saved(long step) {
    journal.saved(step);
  }

  /// Shows what the run has come to, and what can be done with it.
  void conclude(RunRecords records, RunCourse course, int code) {
    records.end(code);
    records.plot(course.network().spec().paddedVocab());
    records.summarize();
    if (code == ExitCode.OK && config.checkpoint().save().isPresent()) {
      new NextCommands(config.checkpoint().save().get(), config.model())
          .lines()
          .forEach(console::next);
    }
    journal.end(code);
  }

  /// Notes why the run cannot go on.
  void fail(UserException reason) {
    journal.fail(ExitCode.USAGE, Objects.toString(reason.getMessage()));
  }
}
