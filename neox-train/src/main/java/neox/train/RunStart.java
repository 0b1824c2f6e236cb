package neox.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import neox.base.Console;
import neox.base.UserException;
import neox.config.NeoxConfig;
import neox.model.Network;
import neox.parallel.Ranks;
import neox.tensor.RandomState;
import neox.tokenizer.Tokenizer;
import neox.train.checkpoint.CheckpointStore;
import neox.train.checkpoint.LearningRateSchedule;
import neox.train.checkpoint.StartingPoint;
import neox.train.checkpoint.TrainState;
import neox.train.optimizer.Optimizer;
import neox.train.stability.LossScale;
import neox.train.stability.LossScaling;
import neox.train.stability.Stability;
import neox.weights.neox.EmaFile;
import neox.weights.neox.NeoxCheckpoint;
import neox.weights.neox.OptimizerStateFile;

/// How a run begins: with first weights, or where a checkpoint ends.
///
/// @param models opens those that the run does not continue
record RunStart(Models models, LossScaling scaling, Console console) {
  /// Removes what an interrupted save has left. All ranks call this together, so that all find the
  /// same checkpoint afterwards.
  void clean(Ranks ranks) throws IOException {
    if (config().checkpoint().save().isPresent() && ranks.isFirstOfAll()) {
      CheckpointStore store = new CheckpointStore(config().checkpoint().save().get());
      if (store.clean() > 0) {
        console.info("%s: removed what an interrupted save had left", store.root());
      }
    }
    ranks.world().barrier();
  }

  /// Fills the network and restores the random state; returns where the run stands.
  TrainState fill(Network network, Tokenizer tokenizer, Optional<Path> checkpoint)
      throws IOException {
    LearningRateSchedule configured = StartingPoint.configured(config());
    long seed = config().data().seed();
    RandomState.seed(seed);
    if (checkpoint.isEmpty()) {
      new FirstWeights(models, tokenizer, console).fill(network);
      return TrainState.fresh(configured).withStability(Stability.at(scaling.first()));
    }
    try (NeoxCheckpoint stored =
        NeoxCheckpoint.open(checkpoint.get(), OptionalLong.empty(), config())) {
      if (!models.overridesArchitecture()) {
        stored.requireTrainedAs(models.loaded());
      }
      if (config().checkpoint().finetune()) {
        new FirstWeights(models, tokenizer, console).take(network, stored);
      } else {
        network.load(stored);
      }
      TrainState state =
          StartingPoint.stateOf(
              checkpoint.get(), StartingPoint.NeoxState.of(stored), config(), configured);
      state.randomState().ifPresent(random -> restoreRandomState(random, checkpoint.get()));
      console.info("loaded %s, continuing after step %d", checkpoint.get(), state.iteration());
      tellOfFreshOptimizer();
      return state.withStability(
          state.stability().withLossScale(lossScale(state, checkpoint.get(), stored)));
    }
  }

  private LossScale lossScale(TrainState state, Path checkpoint, NeoxCheckpoint stored)
      throws IOException {
    if (!continuesOptimizer()) {
      return scaling.first();
    }
    if (TrainState.isIn(checkpoint)) {
      return scaling.resumed(state.stability().lossScale());
    }
    try (DeepSpeedState optimizer = DeepSpeedState.open(stored, config())) {
      return optimizer.lossScale().map(scaling::resumed).orElseGet(scaling::first);
    }
  }

  private void tellOfFreshOptimizer() {
    if (!config().checkpoint().finetune() && !config().checkpoint().loadOptimizer()) {
      console.info(
          "no_load_optim: the optimizer starts fresh, and the learning rate as at the first step");
    }
  }

  private boolean continuesOptimizer() {
    return !config().checkpoint().finetune() && config().checkpoint().loadOptimizer();
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

  /// Continues with the state that the checkpoint holds, where it is asked for.
  void restore(Optimizer optimizer, Path checkpoint) throws IOException {
    if (!continuesOptimizer()) {
      return;
    }
    tellOfAverage(checkpoint);
    if (OptimizerStateFile.isIn(checkpoint) || TrainState.isIn(checkpoint)) {
      optimizer.restore(checkpoint);
      return;
    }
    try (NeoxCheckpoint stored = NeoxCheckpoint.open(checkpoint, OptionalLong.empty(), config());
        DeepSpeedState state = DeepSpeedState.open(stored, config())) {
      if (state.isThere()) {
        state.restore(optimizer);
        console.info("%s: continuing with DeepSpeed's optimizer state", checkpoint);
      } else {
        console.warn("%s holds no optimizer state: the optimizer starts fresh", checkpoint);
      }
    }
  }

  /// What becomes of the average of the weights, where the run and the checkpoint differ in it.
  private void tellOfAverage(Path checkpoint) {
    boolean kept = config().optimizer().ema().isPresent();
    if (kept && !EmaFile.isIn(checkpoint)) {
      console.info("%s holds no average of its weights: it begins with them", checkpoint);
    }
    if (!kept && EmaFile.isIn(checkpoint)) {
      console.warn(
          "%s holds an average of its weights, which ends here; to go on with it: ema.enable: true",
          checkpoint);
    }
  }

  private NeoxConfig config() {
    return models.loaded().config();
  }
}
