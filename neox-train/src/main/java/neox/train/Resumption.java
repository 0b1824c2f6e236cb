package neox.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import neox.base.UserException;
import neox.config.CheckpointConfig;
import neox.config.ConfigSource;
import neox.config.NeoxConfig;
import neox.config.ObjectiveConfig;
import neox.config.ObjectiveConfig.Reference;
import neox.train.checkpoint.CheckpointStore;
import neox.train.checkpoint.StartingPoint;
import neox.train.heartbeat.Heartbeat;
import neox.weights.neox.CheckpointNames;
import neox.weights.neox.NeoxCheckpoint;

/// Where a run goes on whose ranks have been started again after a failure: after the last
/// checkpoint that it has saved itself, with all that this holds, also when its configuration lets
/// it begin elsewhere or with less, such as with the weights of another model. Before it has saved
/// one, it begins as it is told.
final class Resumption {
  private static final String WHY = "restart";

  /// What must be configured otherwise, if anything.
  ///
  /// @param jobStartMillis when the job was started for the first time
  static Optional<ConfigSource> of(
      ConfigSource source, NeoxConfig config, OptionalLong jobStartMillis) throws IOException {
    CheckpointConfig checkpoints = config.checkpoint();
    if (goesOnAnyway(checkpoints) || jobStartMillis.isEmpty() || checkpoints.save().isEmpty()) {
      return Optional.empty();
    }
    Path save = checkpoints.save().get();
    Optional<Long> latest = new CheckpointStore(save).latest();
    if (latest.isEmpty() || !isNewer(save, latest.get(), jobStartMillis.getAsLong())) {
      return Optional.empty(); // an earlier run's, or none
    }
    ConfigSource resumed =
        withReference(source, config, jobStartMillis.getAsLong())
            .with(WHY, "load", save.toString())
            .with(WHY, "iteration", "null");
    for (String key : List.of("finetune", "no_load_optim", "no_load_rng")) {
      resumed = resumed.with(WHY, key, "false");
    }
    return Optional.of(resumed);
  }

  private static boolean goesOnAnyway(CheckpointConfig config) {
    return StartingPoint.continuesItself(config)
        && config.iteration().isEmpty()
        && config.loadOptimizer()
        && config.loadRandomState();
  }

  /// Names the model that the run is compared with where that follows from what it began with.
  private static ConfigSource withReference(
      ConfigSource source, NeoxConfig config, long jobStartMillis) throws IOException {
    if (!(config.objective().reference().orElse(null) instanceof Reference.Model model)
        || !config.checkpoint().finetune()
        || !config.checkpoint().load().equals(Optional.of(model.directory()))) {
      return source;
    }
    Path directory = model.directory();
    Optional<Long> step = model.iteration();
    if (step.isEmpty() && config.checkpoint().loadsOwn()) {
      step = Optional.of(lastBefore(directory, jobStartMillis));
    }
    Path whole =
        step.isPresent()
            ? NeoxCheckpoint.resolve(directory, OptionalLong.of(step.get()))
            : directory;
    return source.with(WHY, ObjectiveConfig.REFERENCE, whole.toString());
  }

  /// The checkpoint that the run began with, among those that it has saved beside it since.
  private static long lastBefore(Path save, long jobStartMillis) throws IOException {
    for (long step : new CheckpointStore(save).iterations().reversed()) {
      if (!isNewer(save, step, jobStartMillis)) {
        return step;
      }
    }
    throw UserException.of(
        "%s: the checkpoint is gone that the run began with and is compared with; expected"
            + " reference_model, which names a copy of it",
        save);
  }

  /// The same for this process.
  static Optional<ConfigSource> of(ConfigSource source, NeoxConfig config) throws IOException {
    return of(source, config, Heartbeat.startOfRestartedJob());
  }

  private static boolean isNewer(Path save, long step, long thanMillis) throws IOException {
    Path checkpoint = save.resolve(CheckpointNames.directory(step));
    return Files.getLastModifiedTime(checkpoint).toMillis() >= thanMillis;
  }

  private Resumption() {}
}
