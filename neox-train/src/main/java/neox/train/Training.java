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
import neox.model.Network;
import neox.model.NetworkOptions;
import neox.monitor.JsonlMetrics;
import neox.monitor.LossPlot;
import neox.monitor.MetricSink;
import neox.monitor.Metrics;
import neox.monitor.TensorBoardEvents;
import neox.parallel.pipeline.PipelineSchedule;
import neox.tensor.RandomState;
import neox.tokenizer.Tokenizer;
import neox.tokenizer.Tokenizers;
import neox.weights.neox.CheckpointContent.Layout;
import neox.weights.neox.NeoxCheckpoint;
import neox.weights.neox.OptimizerStateFile;

/// One training run, wired from its configuration: the only place that makes the parts and knows
/// all of them.
final class Training {
  private static final String METRICS = "metrics.jsonl";
  private static final String PLOT = "loss.svg";

  private final LoadedConfig loaded;
  private final NeoxConfig config;
  private final Console console;
  private final StopRequest stop;

  private Training(LoadedConfig loaded, Console console, StopRequest stop) {
    this.loaded = loaded;
    this.config = loaded.config();
    this.console = console;
    this.stop = stop;
  }

  /// Trains as configured and returns the exit code.
  static int run(LoadedConfig loaded, Console console, StopRequest stop) throws IOException {
    loaded.config().requireTrainable();
    try (SaveLock lock = new SaveLock(loaded.config().checkpoint().save())) {
      return new Training(loaded, console, stop).run(lock);
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
    int paddedVocab = Vocabulary.padded(tokenizer.vocabSize(), config.model().vocabDivisor(), 1);
    Optional<Path> checkpoint = StartingPoint.find(config.checkpoint(), console);
    NetworkOptions options = NetworkOptions.training(config.precision());
    try (TrainingData data = TrainingData.open(config, tokenizer.eod(), paddedVocab, console);
        Network network = Network.build(config.model(), paddedVocab, options)) {
      data.train().rows(0); // complains before anything is written
      lock.acquire();
      TrainProgress progress = new TrainProgress(start(network, checkpoint));
      describe(network);
      return run(data, network, progress, checkpoint);
    }
  }

  private int run(
      TrainingData data, Network network, TrainProgress progress, Optional<Path> checkpoint)
      throws IOException {
    long done = progress.state().iteration();
    long last = config.batch().trainIters();
    try (StepGradients gradients = StepGradients.of(network.parameters());
        AdamW optimizer = new AdamW(network.parameters(), gradients, config.optimizer());
        RunLog log = RunLog.open(console, config.monitor().logDir(), last - done);
        MetricSink metrics = openMetrics(done)) {
      if (checkpoint.isPresent()) {
        restoreOptimizer(optimizer, checkpoint.get());
      }
      metrics.text("configuration", loaded.effectiveYaml());
      Trainer trainer = trainer(data, network, gradients, optimizer, progress);
      TrainLog trainLog = trainLog(network, progress, log, metrics);
      Checkpointer checkpointer = checkpointer(network, optimizer, progress);
      Evaluations evaluations =
          new Evaluations(evaluator(network, log, metrics), data, config.eval().interval());
      TrainingLoop.Parts parts =
          new TrainingLoop.Parts(trainer, trainLog, checkpointer, evaluations, stop);
      TrainingLoop.Plan plan =
          new TrainingLoop.Plan(done + 1, last, config.monitor().exitInterval());
      int code = new TrainingLoop(parts, plan, console).run();
      AtomicFile.write(
          metricsDirectory().resolve(PLOT),
          LossPlot.ofMetrics(metricsDirectory().resolve(METRICS)));
      return code;
    }
  }

  private void clean() throws IOException {
    if (config.checkpoint().save().isPresent()) {
      CheckpointStore store = new CheckpointStore(config.checkpoint().save().get());
      if (store.clean() > 0) {
        console.info("%s: removed what an interrupted save had left", store.root());
      }
    }
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
      network.load(stored);
      TrainState state =
          StartingPoint.stateOf(checkpoint.get(), stored.iteration(), config, configured);
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

  private void restoreOptimizer(AdamW optimizer, Path checkpoint) throws IOException {
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

  private void describe(Network network) {
    long parameters = network.parameters().stream().mapToLong(p -> p.spec().shape().count()).sum();
    console.info(
        "total params: %,d in %s, vocabulary of %,d rows",
        parameters, config.precision().name().toLowerCase(Locale.ROOT), network.paddedVocab());
    if (config.recompute().activations()) {
      console.warn(
          "checkpoint_activations is not supported yet: activations are kept, which takes more"
              + " memory and gives the same result");
    }
    if (config.eval().charLevelPerplexity()) {
      console.warn("char_level_ppl is not supported yet: perplexity is reported per token alone");
    }
  }

  private MetricSink openMetrics(long done) throws IOException {
    List<MetricSink> sinks = new ArrayList<>();
    sinks.add(JsonlMetrics.open(metricsDirectory().resolve(METRICS), done));
    if (config.monitor().tensorboardDir().isPresent()) {
      sinks.add(TensorBoardEvents.open(config.monitor().tensorboardDir().get(), done));
    }
    return Metrics.of(sinks);
  }

  private Path metricsDirectory() {
    return config.monitor().logDir().or(() -> config.checkpoint().save()).orElse(Path.of(""));
  }

  private Trainer trainer(
      TrainingData data,
      Network network,
      StepGradients gradients,
      AdamW optimizer,
      TrainProgress progress) {
    int microBatches = config.batch().gradientAccumulationSteps();
    return new Trainer(
        new LossStage(network, data.train(), gradients, microBatches),
        PipelineSchedule.oneForwardOneBackward(0, 1, microBatches),
        gradients,
        optimizer,
        progress,
        new Trainer.Settings(
            config.optimizer().gradientClipping(),
            config.batch().trainBatchSize(),
            config.model().seqLength(),
            config.monitor().logGradNorm()));
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
            FlopCount.of(config.model(), samples, network.paddedVocab()));
    return new TrainLog(run, config.monitor(), log, metrics);
  }

  private Checkpointer checkpointer(Network network, AdamW optimizer, TrainProgress progress) {
    Layout layout =
        config.parallel().pipeParallelSize() == 0 ? Layout.FILE_PER_RANK : Layout.FILE_PER_LAYER;
    Checkpointer.Contents contents =
        new Checkpointer.Contents(
            network,
            optimizer,
            progress,
            layout,
            config.tokenizer().type(),
            loaded.checkpointFiles());
    return new Checkpointer(config.checkpoint(), contents, console);
  }

  private Evaluator evaluator(Network network, RunLog log, MetricSink metrics) {
    long microBatches =
        Math.multiplyExact(
            config.eval().iters(), (long) config.batch().gradientAccumulationSteps());
    return new Evaluator(network, log, metrics, microBatches);
  }
}
