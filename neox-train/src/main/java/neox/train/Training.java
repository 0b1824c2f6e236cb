package neox.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
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
import neox.train.data.TrainingData;
import neox.train.evaluation.Evaluations;
import neox.train.evaluation.Evaluator;
import neox.train.evaluation.RunTasks;
import neox.train.evaluation.TaskEvaluator;
import neox.train.evaluation.TextSampler;
import neox.train.heartbeat.Heartbeat;
import neox.train.heartbeat.Phase;
import neox.train.log.RunPlaces;
import neox.train.log.RunRecords;
import neox.train.log.TrainLog;
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
import neox.train.profile.Profiling;
import neox.train.push.Pushing;
import neox.train.stability.LossScaling;
import neox.train.stability.StepGuard;
import neox.weights.neox.CheckpointContent.Layout;
import neox.weights.spec.LayerSpec;
import neox.weights.spec.NetworkSpec;

/// One rank of a training run, wired from its configuration: the only place that makes the parts
/// and knows all of them, but for what it tells ([RunReporting]). All ranks of a run do the same,
/// in the same order; the first of them speaks.
final class Training {
  private final RunPlan plan;
  private final LoadedConfig loaded;
  private final NeoxConfig config;
  private final Ranks ranks;
  private final Ranks writers;
  private final Placement placement;
  private final RunReporting reporting;
  private final Console console;
  private final StopRequest stop;
  private final Heartbeat heartbeat;

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

  private Training(RunPlan plan, Seat seat, Console console, StopRequest stop) {
    this.plan = plan;
    this.loaded = plan.loaded();
    this.config = loaded.config();
    this.ranks = seat.ranks();
    this.writers = seat.writers();
    this.placement = NetworkOptions.placement(seat.device(), config.precision());
    this.heartbeat = seat.heartbeat();
    this.reporting = new RunReporting(loaded, ranks, placement, seat.voice(console));
    this.console = reporting.console();
    this.stop = stop;
  }

  /// Trains as configured and returns the exit code.
  static int run(RunPlan plan, Seat seat, Console console, StopRequest stop) throws IOException {
    plan.loaded().config().requireTrainable();
    new Requirements(plan.loaded().config(), seat.ranks().topology()).check(seat.device());
    Optional<Path> save = plan.loaded().config().checkpoint().save();
    try (SaveLock lock = new SaveLock(save.filter(_ -> seat.ranks().isFirstOfAll()))) {
      return new Training(plan, seat, console, stop).run(lock);
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
      try (RunPlaces places = reporting.places()) {
        TrainState state = begin().fill(network.network(), tokenizer, checkpoint);
        RunCourse course =
            new RunCourse(
                network.network(),
                new TrainProgress(state),
                DataPosition.of(data, config, state, console),
                config.batch().trainIters(),
                new StepClock());
        RunData runData = new RunData(data, tokenizer, objective.objective(), tasks);
        reporting.describe(spec);
        return run(runData, network, course, checkpoint, places);
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

  /// @param tasks on the first rank, where the run is evaluated on some
  private record RunData(
      TrainingData data, Tokenizer tokenizer, Objective objective, Optional<RunTasks> tasks) {}

  private int run(
      RunData data,
      RankNetwork shared,
      RunCourse course,
      Optional<Path> checkpoint,
      RunPlaces places)
      throws IOException {
    Network network = shared.network();
    StepClock clock = course.clock();
    try (GradientBuckets gradients = GradientBuckets.of(shared.plan(), accumulation());
        Optimizer optimizer = optimizer(gradients);
        NoiseMeter noise = NoiseMeter.of(config.monitor().noiseScale(), gradients);
        TrainingWork work = work(data, course, shared.watches(gradients));
        Pushing pushing = pushing();
        Checkpointer checkpointer = checkpointer(contents(shared, optimizer, course), pushing);
        RunRecords records = reporting.records(places, course, stop::request);
        Profiling profiling = reporting.profiling(records, course)) {
      if (checkpoint.isPresent()) {
        begin().restore(optimizer, checkpoint.get());
      }
      reporting.begin(records, course);
      Pipeline pipeline = pipeline();
      NetworkStage stage = new NetworkStage(network, new TimedWork(work, clock), Mode.TRAINING);
      Trainer trainer =
          new Trainer(
              new Trainer.Parts(
                  pipeline,
                  work,
                  gradients,
                  optimizer,
                  noise.sums(),
                  guard(),
                  course.progress(),
                  clock),
              pipeline.runner(new TimedStage(stage, clock), work::seqLength),
              Trainer.Settings.of(config, course.steps()));
      TrainLog trainLog = reporting.trainLog(records, course);
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
              List.of(watched(timer, evaluations::after), watched(timer, texts::after)),
              List.of(watched(timer, evaluations::atStart)),
              List.of(watched(timer, evaluations::catchUp)),
              List.of(trainLog::stopped),
              List.of(
                  watched(timer, evaluations::validateAtEnd),
                  saver::save,
                  watched(timer, evaluations::testAtEnd)));
      TrainingLoop.Plan plan = course.plan(config.monitor().exitInterval());
      heartbeat.enter(Phase.FIRST_STEP, course.done(), course.last());
      int code = new TrainingLoop(trainer, hooks, saver, agreedStop, plan, console).run();
      heartbeat.enter(Phase.PUSHING, course.done(), course.last());
      pushing.await(code, pipeline::anyOf, agreedStop, heartbeat::beat);
      heartbeat.enter(Phase.ENDING, course.done(), course.last());
      reporting.conclude(records, course, code);
      return code;
    } catch (UserException e) {
      reporting.fail(e);
      throw e;
    }
  }

  /// Asked between steps and in evaluations, it is a sign of progress as well.
  private boolean isStopRequested() {
    heartbeat.beat();
    return stop.requested();
  }

  private void stepIsTaken(StepOutcome outcome) {
    reporting.stepped(outcome.result().step());
    heartbeat.enter(Phase.STEP, outcome.result().step(), config.batch().trainIters());
  }

  private TextSampler textSampler(Tokenizer tokenizer, RankNetwork shared, RunRecords records) {
    return new TextSampler(
        shared.network(),
        pipeline(),
        TextSampler.Settings.of(config, tokenizer, shared.deal()),
        new TextSampler.Reporting(records.directory(), console, heartbeat::beat));
  }

  private TrainingLoop.Once watched(AsideTimer timer, AsideTimer.Work evaluation) {
    return step ->
        heartbeat.during(Phase.EVALUATION, () -> timer.time("evaluation", step, evaluation));
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

  private TrainingWork work(RunData data, RunCourse course, MicroBatchSums gradients) {
    RunNoise noise = new RunNoise(config, ranks);
    return TrainingWork.ofTraining(
        course.position().feed(),
        data.objective(),
        gradients,
        _ -> heartbeat.beat(),
        microBatch -> noise.of(course.progress().state().samples(), microBatch));
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

  private Pushing pushing() throws IOException {
    return ranks.isFirstOfAll()
        ? Pushing.start(config.checkpoint(), console)
        : Pushing.ofAnotherRank(config.checkpoint(), console);
  }

  private Checkpointer checkpointer(Checkpointer.Contents contents, Pushing pushing) {
    return new Checkpointer(
        config.checkpoint(), contents, pushing.after().telling(reporting::saved), console);
  }

  private Checkpointer.Contents contents(
      RankNetwork network, Optimizer optimizer, RunCourse course) {
    Layout layout =
        config.parallel().pipeParallelSize() == 0 ? Layout.FILE_PER_RANK : Layout.FILE_PER_LAYER;
    return new Checkpointer.Contents(
        network.network(),
        network.weights(),
        optimizer,
        course.progress(),
        course.position()::after,
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
    return Optional.of(
        new TaskEvaluator(
            shared.network(),
            shared.deal(),
            pipeline(),
            tasks,
            new TaskEvaluator.Reporting(records, console, heartbeat, stop::requested)));
  }

  private Evaluations evaluations(
      TrainingData data, Evaluator evaluator, Optional<TaskEvaluator> tasks) {
    return new Evaluations(evaluator, data, tasks, Evaluations.Times.of(config));
  }
}
