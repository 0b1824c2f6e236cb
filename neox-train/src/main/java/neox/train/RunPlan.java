package neox.train;

import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;
import neox.base.UserException;
import neox.config.ConfigLoader;
import neox.config.ConfigSource;
import neox.config.LoadedConfig;
import neox.config.NeoxConfig;
import neox.config.OpenedConfig;
import neox.config.RunShape;
import neox.data.OrderLog;
import neox.data.RunSamples;
import neox.data.ledger.RunPast;
import neox.train.checkpoint.StartingPoint;
import neox.train.checkpoint.TrainState;

/// A run's configuration, with its length in steps: where it is given as `train_epochs`, the data
/// decide, and what has been opened to ask them is kept for the run; where it is given as
/// `train_tokens`, those that the checkpoint to go on from has seen count.
///
/// @param opened the samples, where they had to be opened; whoever takes them closes them
/// @param overridesArchitecture whether the configuration may describe another network than the one
///   that the checkpoint to go on from was trained as
record RunPlan(LoadedConfig loaded, Optional<RunSamples> opened, boolean overridesArchitecture) {
  /// Reads a configuration; when it gives epochs, asks the data how many steps they are.
  ///
  /// @param worldSize ranks of the run
  static RunPlan read(ConfigSource source, int worldSize, OrderLog log) throws IOException {
    return read(ConfigLoader.open(source), worldSize, log);
  }

  /// The same of files that have been opened.
  static RunPlan read(OpenedConfig files, int worldSize, OrderLog log) throws IOException {
    RunShape shape = RunShape.ofRanks(worldSize);
    LoadedConfig loaded = files.forRun(shape);
    NeoxConfig config = loaded.config();
    if (config.batch().trainTokens().isPresent()) {
      return ofTokens(files, shape, loaded, log);
    }
    if (config.batch().trainEpochs().isEmpty()) {
      return new RunPlan(loaded, Optional.empty(), false);
    }
    config.requireTrainable();
    RunSamples samples = RunSamples.open(config, log);
    try {
      long steps = steps(samples, config);
      log.info(
          "train_epochs: %d epochs are %,d steps"
              .formatted(config.batch().trainEpochs().get(), steps));
      return new RunPlan(files.forRun(shape.withSteps(steps)), Optional.of(samples), false);
    } catch (RuntimeException e) {
      samples.close();
      throw e;
    }
  }

  private static RunPlan ofTokens(
      OpenedConfig files, RunShape shape, LoadedConfig loaded, OrderLog log) throws IOException {
    Optional<TrainState> before = StartingPoint.progress(loaded.config());
    LoadedConfig plan =
        before.isPresent()
            ? files.forRun(shape.withSteps(lastStep(before.get(), loaded.config())))
            : loaded;
    log.info(
        "train_tokens: %,d tokens are complete after step %,d"
            .formatted(
                plan.config().batch().trainTokens().orElseThrow(),
                plan.config().batch().trainIters()));
    return new RunPlan(plan, Optional.empty(), false);
  }

  private static long lastStep(TrainState before, NeoxConfig config) {
    long left = config.batch().trainTokens().orElseThrow() - before.tokens();
    return left <= 0
        ? before.iteration()
        : config.stepsAfter(before.iteration(), before.samples()).lastStepForTokens(left);
  }

  /// The same with the choice of whoever started it.
  RunPlan withArchitectureOverridden(boolean value) {
    return new RunPlan(loaded, opened, value);
  }

  private static long steps(RunSamples samples, NeoxConfig config) {
    if (samples.train().isPresent() && samples.trainSteps() == 0) {
      long perMicroBatch = config.batch().samplesPerMicroBatch();
      throw UserException.of(
          "train_epochs: %d epochs of %d micro-batches do not fill one step of %d"
              + " (gradient_accumulation_steps); use more data or smaller batches",
          config.batch().trainEpochs().orElseThrow(),
          samples.train().get().samples().count() / perMicroBatch,
          config.batch().gradientAccumulationSteps());
    }
    return samples.trainSteps();
  }

  /// The samples of the run.
  ///
  /// @param trainOrder how many samples the order of training was made for, where that is not what
  ///   the configuration asks for
  /// @param past how far the run has come
  RunSamples samples(OptionalLong trainOrder, RunPast past, OrderLog log) throws IOException {
    return opened.isPresent()
        ? opened.get()
        : RunSamples.resume(loaded.config(), trainOrder, past, log);
  }
}
