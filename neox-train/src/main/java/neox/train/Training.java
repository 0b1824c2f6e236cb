package neox.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import neox.base.AtomicFile;
import neox.base.Console;
import neox.base.StopRequest;
import neox.base.UserException;
import neox.config.LoadedConfig;
import neox.config.NeoxConfig;
import neox.config.Vocabulary;
import neox.data.OrderLog;
import neox.model.Mode;
import neox.model.Network;
import neox.model.NetworkOptions;
import neox.model.stage.NetworkStage;
import neox.monitor.JsonlMetrics;
import neox.monitor.LossPlot;
import neox.monitor.MetricSink;
import neox.monitor.Metrics;
import neox.monitor.TensorBoardEvents;
import neox.parallel.Ranks;
import neox.tensor.Device;
import neox.tensor.Placement;
import neox.tensor.RandomState;
import neox.tokenizer.Tokenizer;
import neox.tokenizer.Tokenizers;
import neox.train.checkpoint.CheckpointStore;
import neox.train.checkpoint.Checkpointer;
import neox.train.checkpoint.LearningRateSchedule;
import neox.train.checkpoint.SaveLock;
import neox.train.checkpoint.StartingPoint;
import neox.train.checkpoint.TrainProgress;
import neox.train.checkpoint.TrainState;
import neox.train.data.DataPosition;
import neox.train.data.TrainingData;
import neox.train.evaluation.Evaluations;
import neox.train.evaluation.Evaluator;
import neox.train.log.FlopCount;
import neox.train.log.RunLog;
import neox.train.log.TrainLog;
import neox.train.loop.Pipeline;
import neox.train.loop.Trainer;
import neox.train.loop.TrainingLoop;
import neox.train.loop.TrainingWork;
import neox.train.objective.LanguageModeling;
import neox.train.objective.Objective;
import neox.train.optimizer.GradientBuckets;
import neox.train.optimizer.Holdings;
import neox.train.optimizer.Optimizer;
import neox.weights.neox.CheckpointContent.Layout;
import neox.weights.neox.NeoxCheckpoint;
import neox.weights.neox.OptimizerStateFile;
import neox.weights.spec.LayerSpec;
import neox.weights.spec.NetworkSpec;

/// One rank of a training run, wired from its configuration: the only place that makes the parts
/// and knows all of them. All ranks of a run do the same, in the same order; the first of them
/// speaks.
final class Training {
  private static final String METRICS = "metrics.jsonl";
  private static final String PLOT = "loss.svg";

  private final RunPlan plan;
  private final LoadedConfig loaded;
  private final NeoxConfig config;
  private final Ranks ranks;
  private final Placement placement;
  private final Objective objective = new LanguageModeling();
  private final Console console;
  private final StopRequest stop;

  /// Where and with whom a rank computes.
  ///
  /// @param ranks of the run, which stay the caller's
  record Seat(Ranks ranks, Device device) {}

  private Training(RunPlan plan, Seat seat, Console console, StopRequest stop) {
    this.plan = plan;
    this.loaded = plan.loaded();
    this.config = loaded.config();
    this.ranks = seat.ranks();
    this.placement = NetworkOptions.placement(seat.device(), config.precision());
    this.console = ranks.isFirstOfAll() ? console : console.silent();
    this.stop = stop;
  }

  /// Trains as configured and returns the exit code.
  static int run(RunPlan plan, Seat seat, Console console, StopRequest stop) throws IOException {
    plan.loaded().config().requireTrainable();
    Optional<Path> save = plan.loaded().config().checkpoint().save();
    try (SaveLock lock = new SaveLock(save.filter(_ -> seat.ranks().isFirstOfAll()))) {
      return new Training(plan, seat, console, stop).run(lock);
    }
  }

  private int run(SaveLock lock) throws IOException {
    lock.acquireIfPresent();
    clean();
    Tokenizer tokenizer =
        Tokenizers.open(
            config.tokenizer().type(),
            config.tokenizer().vocabFile(),
            config.tokenizer().mergeFile());
    int paddedVocab =
        Vocabulary.padded(
            tokenizer.vocabSize(), config.model().dims().vocabDivisor(), ranks.tensor().size());
    NetworkSpec spec = NetworkSpec.of(config.model(), paddedVocab);
    Optional<Path> checkpoint = StartingPoint.find(config.checkpoint(), console);
    OptionalLong trainOrder =
        DataPosition.orderMadeFor(
            StartingPoint.dataOf(checkpoint, config.checkpoint()), config.batch());
    try (TrainingData data = data(tokenizer, paddedVocab, trainOrder);
        Network network = Network.build(spec, stage(spec), options())) {
      data.train().rows(0); // complains before anything is written
      lock.acquire();
      TrainState state = start(network, checkpoint);
      DataPosition position = DataPosition.of(data, config, state, console);
      describe(spec);
      return run(data, position, network, new TrainProgress(state), checkpoint);
    }
  }

  private NetworkOptions options() {
    return NetworkOptions.training(placement).withTensorParallel(ranks.tensorParallel());
  }

  private List<LayerSpec> stage(NetworkSpec spec) {
    return spec.stage(ranks.pipe().rank(), ranks.pipe().size());
  }

  /// The first rank builds the orders of samples that are not there yet; the others find them.
  private TrainingData data(Tokenizer tokenizer, int paddedVocab, OptionalLong trainOrder)
      throws IOException {
    TrainingData.Use use =
        new TrainingData.Use(tokenizer.eod(), paddedVocab, ranks.data(), placement);
    if (!ranks.isFirstOfAll()) {
      ranks.world().barrier();
    }
    TrainingData data =
        TrainingData.of(plan.samples(trainOrder, OrderLog.of(console)), config, use, console);
    if (ranks.isFirstOfAll()) {
      ranks.world().barrier();
    }
    return data;
  }

  private int run(
      TrainingData data,
      DataPosition position,
      Network network,
      TrainProgress progress,
      Optional<Path> checkpoint)
      throws IOException {
    long done = progress.state().iteration();
    long last = config.batch().trainIters();
    Holdings holdings = Holdings.of(network.parameters(), network.spec().parameters(), ranks);
    try (GradientBuckets gradients = GradientBuckets.of(holdings);
        Optimizer optimizer = optimizer(gradients);
        TrainingWork work = work(position, gradients);
        RunLog log = RunLog.open(console, logDirectory(), last - done);
        MetricSink metrics = openMetrics(done)) {
      if (checkpoint.isPresent()) {
        restoreOptimizer(optimizer, checkpoint.get());
      }
      metrics.text("configuration", loaded.effectiveYaml());
      Pipeline pipeline = pipeline();
      NetworkStage stage = new NetworkStage(network, work, Mode.TRAINING);
      Trainer trainer =
          new Trainer(
              new Trainer.Parts(pipeline, work, gradients, optimizer, progress),
              pipeline.runner(stage),
              settings());
      TrainLog trainLog = trainLog(network, progress, log, metrics);
      Checkpointer checkpointer = checkpointer(network, optimizer, progress, position);
      Evaluations evaluations =
          new Evaluations(
              evaluator(network, pipeline, log, metrics), data, config.eval().interval());
      TrainingLoop.Hooks hooks =
          new TrainingLoop.Hooks(
              List.of(trainLog),
              List.of(evaluations),
              List.of(trainLog::notANumber),
              List.of(evaluations::validateAtEnd, checkpointer::save, evaluations::testAtEnd));
      int code =
          new TrainingLoop(
                  trainer,
                  hooks,
                  checkpointer,
                  () -> pipeline.anyOf(stop.requested()),
                  new TrainingLoop.Plan(done + 1, last, config.monitor().exitInterval()),
                  console)
              .run();
      plot();
      return code;
    }
  }

  private Optimizer optimizer(GradientBuckets gradients) {
    return Optimizer.of(config.optimizer(), config.parallel().zeroStage(), gradients);
  }

  private TrainingWork work(DataPosition position, GradientBuckets gradients) {
    return TrainingWork.ofTraining(
        position.feed(), objective, config.batch().gradientAccumulationSteps(), gradients);
  }

  private Pipeline pipeline() {
    return new Pipeline(
        ranks,
        List.of(
            (long) config.batch().microBatchSize(),
            (long) config.model().seqLength(),
            (long) config.model().hiddenSize()),
        placement);
  }

  private Trainer.Settings settings() {
    return new Trainer.Settings(
        config.batch().gradientAccumulationSteps(),
        config.optimizer().gradientClipping(),
        config.batch().trainBatchSize(),
        config.model().seqLength(),
        config.monitor().logGradNorm());
  }

  private void clean() throws IOException {
    if (config.checkpoint().save().isPresent() && ranks.isFirstOfAll()) {
      CheckpointStore store = new CheckpointStore(config.checkpoint().save().get());
      if (store.clean() > 0) {
        console.info("%s: removed what an interrupted save had left", store.root());
      }
    }
    ranks.world().barrier(); // so that all find the same checkpoint
  }

  /// Fills the network and restores the random state; returns where the run stands.
  private TrainState start(Network network, Optional<Path> checkpoint) throws IOException {
    LearningRateSchedule configured =
        LearningRateSchedule.of(config.schedule(), config.optimizer().learningRate());
    long seed = config.data().seed();
    RandomState.seed(seed);
    if (checkpoint.isEmpty()) {
      network.initialize(seed);
      return TrainState.fresh(configured);
    }
    try (NeoxCheckpoint stored =
        NeoxCheckpoint.open(checkpoint.get(), OptionalLong.empty(), config.model())) {
      if (!plan.overridesArchitecture()) {
        stored.requireTrainedAs(loaded);
      }
      network.load(stored);
      TrainState state =
          StartingPoint.stateOf(
              checkpoint.get(),
              new StartingPoint.NeoxState(stored.iteration(), stored.clientState()),
              config,
              configured);
      state.randomState().ifPresent(random -> restoreRandomState(random, checkpoint.get()));
      console.info("loaded %s, continuing after step %d", checkpoint.get(), state.iteration());
      return state;
    }
  }

  private static void restoreRandomState(String state, Path checkpoint) {
    try {
      RandomState.restore(TrainState.decode(state));
    } catch (IllegalArgumentException e) {
      throw new UserException(
          checkpoint.resolve(TrainState.FILE)
              + ": torch_rng_state is damaged, or of another version of libtorch ("
              + e.getMessage()
              + "); load another checkpoint (iteration), or set no_load_rng",
          e);
    }
  }

  private void restoreOptimizer(Optimizer optimizer, Path checkpoint) throws IOException {
    if (config.checkpoint().finetune() || !config.checkpoint().loadOptimizer()) {
      return;
    }
    if (OptimizerStateFile.isIn(checkpoint) || TrainState.isIn(checkpoint)) {
      optimizer.restore(checkpoint);
    } else {
      console.warn(
          "%s was not made by neox-train: its optimizer state is not read, the optimizer starts"
              + " fresh",
          checkpoint);
    }
  }

  private void describe(NetworkSpec spec) {
    console.info(
        "total params: %,d in %s, vocabulary of %,d rows",
        spec.parameterCount(),
        config.precision().name().toLowerCase(Locale.ROOT),
        spec.paddedVocab());
    if (config.recompute().activations()) {
      console.warn(
          "checkpoint_activations is not supported yet: activations are kept, which takes more"
              + " memory and gives the same result");
    }
    if (config.eval().charLevelPerplexity()) {
      console.warn("char_level_ppl is not supported yet: perplexity is reported per token alone");
    }
  }

  private Optional<Path> logDirectory() {
    return config.monitor().logDir().filter(_ -> ranks.isFirstOfAll());
  }

  /// The first rank reports for all.
  private MetricSink openMetrics(long done) throws IOException {
    List<MetricSink> sinks = new ArrayList<>();
    if (ranks.isFirstOfAll()) {
      sinks.add(JsonlMetrics.open(metricsDirectory().resolve(METRICS), done));
      if (config.monitor().tensorboardDir().isPresent()) {
        sinks.add(TensorBoardEvents.open(config.monitor().tensorboardDir().get(), done));
      }
    }
    return Metrics.of(sinks);
  }

  private void plot() throws IOException {
    if (ranks.isFirstOfAll()) {
      AtomicFile.write(
          metricsDirectory().resolve(PLOT),
          LossPlot.ofMetrics(metricsDirectory().resolve(METRICS)));
    }
  }

  private Path metricsDirectory() {
    return config.monitor().logDir().or(() -> config.checkpoint().save()).orElse(Path.of(""));
  }

  private TrainLog trainLog(
      Network network, TrainProgress progress, RunLog log, MetricSink metrics) {
    int samples = config.batch().trainBatchSize();
    TrainLog.Run run =
        new TrainLog.Run(
            progress,
            progress.state().iteration() + 1,
            config.batch().trainIters(),
            samples,
            config.model().seqLength(),
            FlopCount.of(config.model(), samples, network.spec().paddedVocab()));
    return new TrainLog(run, config.monitor(), log, metrics);
  }

  private Checkpointer checkpointer(
      Network network, Optimizer optimizer, TrainProgress progress, DataPosition position) {
    Layout layout =
        config.parallel().pipeParallelSize() == 0 ? Layout.FILE_PER_RANK : Layout.FILE_PER_LAYER;
    Checkpointer.Contents contents =
        new Checkpointer.Contents(
            network,
            optimizer,
            progress,
            position::after,
            ranks,
            layout,
            config.tokenizer().type(),
            loaded.checkpointFiles());
    return new Checkpointer(config.checkpoint(), contents, console);
  }

  private Evaluator evaluator(Network network, Pipeline pipeline, RunLog log, MetricSink metrics) {
    int microBatches =
        Math.toIntExact(
            Math.multiplyExact(
                config.eval().iters(), (long) config.batch().gradientAccumulationSteps()));
    return new Evaluator(
        network, objective, microBatches, pipeline, new Evaluator.Report(log, metrics));
  }
}
