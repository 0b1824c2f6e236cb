package neox.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import neox.base.Console;
import neox.base.ExitCode;
import neox.base.StopRequest;
import neox.base.StoppedException;
import neox.base.UserException;
import neox.config.LoadedConfig;
import neox.config.NeoxConfig;
import neox.config.Vocabulary;
import neox.config.step.StepShape;
import neox.data.OrderLog;
import neox.data.RunSamples;
import neox.model.Mode;
import neox.model.Network;
import neox.model.NetworkOptions;
import neox.model.stage.NetworkStage;
import neox.parallel.Ranks;
import neox.parallel.TensorParallel;
import neox.tensor.Device;
import neox.tensor.Placement;
import neox.tokenizer.Tokenizer;
import neox.tokenizer.Tokenizers;
import neox.train.checkpoint.Checkpointer;
import neox.train.checkpoint.SaveLock;
import neox.train.checkpoint.StartingPoint;
import neox.train.checkpoint.TrainProgress;
import neox.train.checkpoint.TrainState;
import neox.train.data.DataPosition;
import neox.train.data.StepDocuments;
import neox.train.data.TrainingData;
import neox.train.evaluation.Evaluations;
import neox.train.evaluation.Evaluator;
import neox.train.evaluation.RunTasks;
import neox.train.evaluation.TaskEvaluator;
import neox.train.evaluation.TextSampler;
import neox.train.heartbeat.Heartbeat;
import neox.train.heartbeat.Phase;
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
import neox.train.loop.Agreement;
import neox.train.loop.Pipeline;
import neox.train.loop.StepClock;
import neox.train.loop.StepOutcome;
import neox.train.loop.TimedStage;
import neox.train.loop.TimedWork;
import neox.train.loop.Trainer;
import neox.train.loop.TrainingLoop;
import neox.train.loop.TrainingWork;
import neox.train.objective.Objective;
import neox.train.optimizer.Cut;
import neox.train.optimizer.GradientBuckets;
import neox.train.optimizer.MicroBatchSums;
import neox.train.optimizer.Optimizer;
import neox.train.plan.PeakFlops;
import neox.train.profile.Profiling;
import neox.train.push.Pushing;
import neox.train.stability.LossScaling;
import neox.train.stability.StepGuard;
import neox.weights.neox.CheckpointContent.Layout;
import neox.weights.spec.LayerSpec;
import neox.weights.spec.NetworkSpec;

/// One rank of a training run, wired from its configuration: the only place that makes the parts
/// and knows all of them. All ranks of a run do the same, in the same order; the first of them
/// speaks.
final class Training {
  /// The numbers by which runs are compared.
  private static final List<String> RESULTS =
      List.of("train/lm_loss", "validation/lm_loss", "test/lm_loss", "runtime/tokens_per_sec");

  private final RunPlan plan;
  private final LoadedConfig loaded;
  private final NeoxConfig config;
  private final Ranks ranks;
  private final Ranks writers;
  private final Placement placement;
  private final RunJournal journal = new RunJournal();
  private final Console console;
  private final StopRequest stop;
  private final Heartbeat heartbeat;
  private final WandbRecord wandb;

  /// Where and with whom a rank computes.
  ///
  /// @param ranks of the run, which stay the caller's
  /// @param writers the same ranks, in groups of their own for the thread that saves
  /// @param heartbeat of this rank
  record Seat(Ranks ranks, Ranks writers, Device device, Heartbeat heartbeat) {
    /// Where nothing is saved beside the steps.
    Seat(Ranks ranks, Device device) {
      this(ranks, ranks, device, Heartbeat.silent());
    }

    /// The first rank speaks for all; an agent listens to each.
    Console voice(Console console) {
      return ranks.isFirstOfAll() || heartbeat.isWatched() ? console : console.silent();
    }
  }

  private Training(RunPlan plan, Seat seat, WandbRecord wandb, Console console, StopRequest stop) {
    this.plan = plan;
    this.loaded = plan.loaded();
    this.config = loaded.config();
    this.ranks = seat.ranks();
    this.writers = seat.writers();
    this.placement = NetworkOptions.placement(seat.device(), config.precision());
    this.heartbeat = seat.heartbeat();
    this.wandb = wandb;
    this.console = wandb.copied(console.tellingWarnings(journal::warning));
    this.stop = stop;
  }

  /// Trains as configured and returns the exit code.
  static int run(RunPlan plan, Seat seat, Console console, StopRequest stop) throws IOException {
    plan.loaded().config().requireTrainable();
    new Requirements(plan.loaded().config(), seat.ranks().topology()).check(seat.device());
    Optional<Path> save = plan.loaded().config().checkpoint().save();
    try (SaveLock lock = new SaveLock(save.filter(_ -> seat.ranks().isFirstOfAll()))) {
      WandbRecord wandb = WandbRecord.of(plan.loaded(), seat.ranks());
      return new Training(plan, seat, wandb, seat.voice(console), stop).run(lock);
    } catch (StoppedException e) {
      return stoppedEarly(seat.voice(console));
    }
  }

  /// Ends a run that was asked to stop before its first step: there is nothing to save.
  static int stoppedEarly(Console console) {
    console.info("stopped before it took a step; run the same command again to continue");
    return ExitCode.STOPPED;
  }

  private int run(SaveLock lock) throws IOException {
    heartbeat.enter(Phase.LOADING);
    lock.acquireIfPresent();
    begin().clean(ranks);
    Tokenizer tokenizer =
        Tokenizers.open(
            config.tokenizer().type(),
            config.tokenizer().vocabFile(),
            config.tokenizer().mergeFile());
    Optional<RunTasks> tasks = tasks(tokenizer);
    int paddedVocab =
        Vocabulary.padded(
            tokenizer.vocabSize(), config.model().dims().vocabDivisor(), tensorParallel().shards());
    NetworkSpec spec = spec(paddedVocab);
    new TunedParameters(spec, loaded).check();
    Optional<Path> checkpoint = StartingPoint.find(config.checkpoint(), console);
    Optional<TrainState> before = StartingPoint.before(checkpoint, config.checkpoint());
    try (TrainingData data = data(tokenizer, paddedVocab, before);
        RankNetwork network = network(spec);
        RunObjective objective =
            RunObjective.of(models(), paddedVocab, referenceOptions(), pipeline(), console)) {
      heartbeat.enter(Phase.LOADING);
      data.train().rows(0); // complains before anything is written
      lock.acquire();
      try (RunPlaces places = places()) {
        TrainState state = begin().fill(network.network(), tokenizer, checkpoint);
        RunData runData =
            new RunData(
                data,
                DataPosition.of(data, config, state, console),
                tokenizer,
                objective.objective(),
                tasks);
        describe(spec);
        return run(runData, network, new TrainProgress(state), checkpoint, places);
      }
    }
  }

  private NetworkSpec spec(int paddedVocab) {
    NetworkSpec spec = NetworkSpec.of(config.model(), paddedVocab, config.tuning());
    return tensorParallel().slices() == 1 ? spec : spec.ofSlices();
  }

  private TensorParallel tensorParallel() {
    if (config.deterministic().onEveryLayout()) {
      return TensorParallel.ofShards(ranks.tensor(), config.deterministic().shards());
    }
    return config.parallel().sequenceParallel() ? ranks.sequenceParallel() : ranks.tensorParallel();
  }

  private NetworkOptions options() {
    return NetworkOptions.training(placement)
        .withTensorParallel(tensorParallel())
        .withPipelineParallel(ranks.pipelineParallel())
        .withRecompute(config.recompute())
        .withMemory(
            RankNetwork.sharesWeights(config.parallel().zero(), ranks)
                ? NetworkOptions.Memory.LENT
                : NetworkOptions.Memory.OWN);
  }

  private NetworkOptions referenceOptions() {
    return NetworkOptions.inference(placement).withTensorParallel(tensorParallel());
  }

  /// Opens models that are not continued.
  private Models models() {
    return new Models(loaded, plan.overridesArchitecture());
  }

  private RunStart begin() {
    return new RunStart(models(), lossScaling(), console);
  }

  private List<LayerSpec> stage(NetworkSpec spec) {
    return spec.stages(config.parallel()).get(ranks.pipe().rank());
  }

  /// The first rank builds the orders of samples that are not there yet; the others find them.
  private TrainingData data(Tokenizer tokenizer, int paddedVocab, Optional<TrainState> before)
      throws IOException {
    heartbeat.enter(Phase.DATA);
    TrainingData.Use use =
        new TrainingData.Use(tokenizer.eod(), paddedVocab, ranks.data(), placement);
    if (!ranks.isFirstOfAll()) {
      stopIfAnyIsAsked(stop.requested());
      return TrainingData.of(samples(before, OrderLog.of(console)), config, use, console);
    }
    RunSamples samples = build(before);
    try {
      stopIfAnyIsAsked(stop.requested());
      return TrainingData.of(samples, config, use, console);
    } catch (RuntimeException e) {
      samples.close();
      throw e;
    }
  }

  /// A build may take hours, and is given up when the run is asked to stop.
  private RunSamples build(Optional<TrainState> before) throws IOException {
    try {
      return samples(before, OrderLog.of(console, stop::requested));
    } catch (StoppedException e) {
      stopIfAnyIsAsked(true);
      throw e;
    }
  }

  private RunSamples samples(Optional<TrainState> before, OrderLog log) throws IOException {
    OptionalLong trainOrder =
        DataPosition.orderMadeFor(before.flatMap(TrainState::data), config.batch());
    return plan.samples(trainOrder, DataPosition.past(before, config), log);
  }

  /// All ranks call this together.
  private void stopIfAnyIsAsked(boolean mine) {
    if (pipeline().anyOf(mine)) {
      throw new StoppedException();
    }
  }

  /// The first rank records for all.
  private RunPlaces places() throws IOException {
    return ranks.isFirstOfAll() ? RunPlaces.claim(config, console) : RunPlaces.none(console);
  }

  /// @param position where in the data the run stands
  /// @param tasks on the first rank, where the run is evaluated on some
  private record RunData(
      TrainingData data,
      DataPosition position,
      Tokenizer tokenizer,
      Objective objective,
      Optional<RunTasks> tasks) {}

  private int run(
      RunData data,
      RankNetwork shared,
      TrainProgress progress,
      Optional<Path> checkpoint,
      RunPlaces places)
      throws IOException {
    Network network = shared.network();
    StepClock clock = new StepClock();
    try (GradientBuckets gradients = GradientBuckets.of(shared.plan(), accumulation());
        Optimizer optimizer = optimizer(gradients);
        NoiseMeter noise = NoiseMeter.of(config.monitor().noiseScale(), gradients);
        TrainingWork work = work(data, progress, shared.watches(gradients));
        Pushing pushing = pushing();
        Checkpointer checkpointer =
            checkpointer(contents(shared, optimizer, progress, data.position()), pushing);
        RunRecords records = records(places, progress, data.position());
        Profiling profiling = profiling(clock, network, data.position(), records)) {
      if (checkpoint.isPresent()) {
        begin().restore(optimizer, checkpoint.get());
      }
      records.metrics().text("configuration", loaded.effectiveYaml());
      loaded.warning().ifPresent(journal::warning);
      beginJournal(records, progress);
      records.metrics().settings(loaded.values(), RESULTS);
      Pipeline pipeline = pipeline();
      NetworkStage stage = new NetworkStage(network, new TimedWork(work, clock), Mode.TRAINING);
      Trainer trainer =
          new Trainer(
              new Trainer.Parts(
                  pipeline, work, gradients, optimizer, noise.sums(), guard(), progress, clock),
              pipeline.runner(new TimedStage(stage, clock), work::seqLength),
              Trainer.Settings.of(config, data.position().steps()));
      TrainLog trainLog =
          trainLog(network, progress, data.position(), records, meters(clock, network, data));
      Agreement agreedStop = () -> pipeline.anyOf(isStopRequested());
      Evaluator evaluator =
          new Evaluator(
              network,
              data.objective(),
              Evaluator.Size.of(config),
              pipeline,
              new Evaluator.Reporting(
                  records, data.tokenizer(), config.eval().charLevelPerplexity(), agreedStop));
      Evaluations evaluations =
          evaluations(data.data(), evaluator, taskEvaluator(shared, data.tasks(), records));
      AsideTimer timer = new AsideTimer(records.metrics());
      WatchedSaver saver = new WatchedSaver(checkpointer, heartbeat, timer);
      TextSampler texts = textSampler(data.tokenizer(), shared, records);
      TrainingLoop.Hooks hooks =
          new TrainingLoop.Hooks(
              List.of(trainLog, records.summary(), places, profiling, this::stepIsTaken),
              List.of(watched(timer, evaluations), watched(timer, texts)),
              List.of(watched(timer, evaluations::atStart)),
              List.of(watched(timer, evaluations::catchUp)),
              List.of(trainLog::stopped),
              List.of(
                  watched(timer, evaluations::validateAtEnd),
                  saver::save,
                  watched(timer, evaluations::testAtEnd)));
      TrainingLoop.Plan plan = plan(progress, data.position());
      heartbeat.enter(Phase.FIRST_STEP, plan.first() - 1, plan.last());
      int code = new TrainingLoop(trainer, hooks, saver, agreedStop, plan, console).run();
      heartbeat.enter(Phase.PUSHING, progress.state().iteration(), plan.last());
      pushing.await(code, pipeline::anyOf, agreedStop, heartbeat::beat);
      heartbeat.enter(Phase.ENDING, progress.state().iteration(), plan.last());
      conclude(records, network, code);
      journal.end(code);
      return code;
    } catch (UserException e) {
      journal.fail(ExitCode.USAGE, Objects.toString(e.getMessage()));
      throw e;
    }
  }

  /// Asked between steps and in evaluations, it is a sign of progress as well.
  private boolean isStopRequested() {
    heartbeat.beat();
    return stop.requested();
  }

  private void stepIsTaken(StepOutcome outcome) {
    journal.stepped(outcome.result().step());
    heartbeat.enter(Phase.STEP, outcome.result().step(), config.batch().trainIters());
  }

  private void beginJournal(RunRecords records, TrainProgress progress) {
    String device = placement.device() instanceof Device.Cuda(int index) ? "cuda:" + index : "cpu";
    journal.begin(
        records.directory(),
        progress.state().iteration(),
        config.batch().trainIters(),
        RunEnvironment.of(device, ranks.topology().worldSize()));
  }

  private TextSampler textSampler(Tokenizer tokenizer, RankNetwork shared, RunRecords records) {
    TextSampler.Settings settings = TextSampler.Settings.of(config, tokenizer, shared.deal());
    TextSampler.Reporting reporting =
        new TextSampler.Reporting(records.directory(), console, heartbeat::beat);
    return new TextSampler(shared.network(), pipeline(), settings, reporting);
  }

  private TrainingLoop.Once watched(AsideTimer timer, TrainingLoop.Once evaluation) {
    return step ->
        heartbeat.during(
            Phase.EVALUATION, () -> timer.time("evaluation", step, () -> evaluation.after(step)));
  }

  private TrainingLoop.Plan plan(TrainProgress progress, DataPosition position) {
    return new TrainingLoop.Plan(
        progress.state().iteration() + 1,
        config.batch().trainIters(),
        position.steps(),
        config.monitor().exitInterval(),
        step -> StepDocuments.of(position, step).toString());
  }

  private RunRecords records(RunPlaces places, TrainProgress progress, DataPosition position)
      throws IOException {
    RunRecords.Start start =
        new RunRecords.Start(
            progress.state().iteration(),
            config.batch().trainIters(),
            position.steps(),
            config.monitor().logDir().isPresent());
    return RunRecords.open(places, start, wandb.open(places, console, stop::request), console);
  }

  /// Shows what the run has come to, and what can be done with it.
  private void conclude(RunRecords records, Network network, int code) {
    records.end(code);
    records.plot(network.spec().paddedVocab());
    records.summarize();
    if (code == ExitCode.OK && config.checkpoint().save().isPresent()) {
      new NextCommands(config.checkpoint().save().get(), config.model())
          .lines()
          .forEach(console::next);
    }
  }

  private RankNetwork network(NetworkSpec spec) {
    return RankNetwork.build(
        Network.build(spec, stage(spec), options()),
        ranks,
        config.parallel().zero(),
        Cut.of(config.optimizer(), config.parallel().zeroStage()));
  }

  private Optimizer optimizer(GradientBuckets gradients) {
    return Optimizer.of(config.optimizer(), config.parallel().zeroStage(), gradients);
  }

  private GradientBuckets.Accumulation accumulation() {
    return GradientBuckets.Accumulation.of(config.deterministic(), config.mixedPrecision());
  }

  private StepGuard guard() {
    return new StepGuard(lossScaling(), config.stability());
  }

  private LossScaling lossScaling() {
    return LossScaling.of(config.mixedPrecision().lossScale(), config.parallel().zeroStage());
  }

  private TrainingWork work(RunData data, TrainProgress progress, MicroBatchSums gradients) {
    RunNoise noise = new RunNoise(config, ranks);
    return TrainingWork.ofTraining(
        data.position().feed(),
        data.objective(),
        gradients,
        _ -> heartbeat.beat(),
        microBatch -> noise.of(progress.state().samples(), microBatch));
  }

  private Pipeline pipeline() {
    return new Pipeline(
        ranks,
        new Pipeline.Activation(
            config.batch().microBatchSize() * config.data().train().companion().rows(),
            config.model().promptTokens(),
            tensorParallel().slices(),
            config.model().hiddenSize()),
        placement,
        config.deterministic().sameOn());
  }

  private void describe(NetworkSpec spec) {
    console.info(
        "total params: %,d in %s, vocabulary of %,d rows",
        spec.parameterCount(),
        config.precision().name().toLowerCase(Locale.ROOT),
        spec.paddedVocab());
    new TunedParameters(spec, loaded).describe().ifPresent(line -> console.info("%s", line));
    new GradientScale(config).warning().ifPresent(line -> console.warn("%s", line));
  }

  private TrainLog trainLog(
      Network network,
      TrainProgress progress,
      DataPosition position,
      RunRecords records,
      Meters meters) {
    TrainLog.Run run =
        new TrainLog.Run(
            progress,
            config.batch().trainIters(),
            position.steps(),
            shape ->
                FlopCount.of(
                        config.model(), config.recompute(), shape, network.spec().paddedVocab())
                    .among(ranks.world().size()),
            config.mixedPrecision().scalesLoss());
    return new TrainLog(run, meters, config.monitor(), records.log(), records.metrics());
  }

  private Meters meters(StepClock clock, Network network, RunData data) {
    return new Meters(
        clock,
        placement.device(),
        data.position().tokensPerEpoch(),
        shape -> flops(network.spec(), shape),
        PeakFlops.of(config, placement.device()),
        ranks.world().size());
  }

  private StrictFlops flops(NetworkSpec spec, StepShape shape) {
    return StrictFlops.of(
        config.model(),
        spec,
        config.recompute(),
        shape.samples(),
        shape.seqLength() + config.model().promptTokens());
  }

  /// The first rank stands for all.
  private Profiling profiling(
      StepClock clock, Network network, DataPosition position, RunRecords records) {
    Profiling.Workload workload =
        new Profiling.Workload(
            step -> flops(network.spec(), position.steps().at(step)).model() / ranks.world().size(),
            placement);
    return Profiling.of(
        config.monitor().profile().filter(_ -> ranks.isFirstOfAll()),
        clock,
        workload,
        records.directory(),
        console);
  }

  private Pushing pushing() throws IOException {
    return ranks.isFirstOfAll()
        ? Pushing.start(config.checkpoint(), console)
        : Pushing.ofAnotherRank(config.checkpoint(), console);
  }

  private Checkpointer checkpointer(Checkpointer.Contents contents, Pushing pushing) {
    return new Checkpointer(
        config.checkpoint(), contents, pushing.after().telling(journal::saved), console);
  }

  private Checkpointer.Contents contents(
      RankNetwork network, Optimizer optimizer, TrainProgress progress, DataPosition position) {
    Layout layout =
        config.parallel().pipeParallelSize() == 0 ? Layout.FILE_PER_RANK : Layout.FILE_PER_LAYER;
    return new Checkpointer.Contents(
        network.network(),
        network.weights(),
        optimizer,
        progress,
        position::after,
        ranks,
        writers,
        layout,
        config.tokenizer().type(),
        loaded.checkpointFiles());
  }

  /// What the run is evaluated on, which the first rank alone reads.
  private Optional<RunTasks> tasks(Tokenizer tokenizer) throws IOException {
    return RunTasks.areAsked(config) && ranks.isFirstOfAll()
        ? Optional.of(RunTasks.read(config, tokenizer, console))
        : Optional.empty();
  }

  private Optional<TaskEvaluator> taskEvaluator(
      RankNetwork shared, Optional<RunTasks> tasks, RunRecords records) {
    if (!RunTasks.areAsked(config)) {
      return Optional.empty();
    }
    TaskEvaluator.Reporting reporting =
        new TaskEvaluator.Reporting(records, console, heartbeat, stop::requested);
    return Optional.of(
        new TaskEvaluator(shared.network(), shared.deal(), pipeline(), tasks, reporting));
  }

  private Evaluations evaluations(
      TrainingData data, Evaluator evaluator, Optional<TaskEvaluator> tasks) {
    return new Evaluations(evaluator, data, tasks, Evaluations.Times.of(config));
  }
}
