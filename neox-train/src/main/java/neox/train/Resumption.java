package neox.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import neox.config.CheckpointConfig;
import neox.config.ConfigSource;
import neox.train.checkpoint.CheckpointStore;
import neox.train.checkpoint.StartingPoint;
import neox.train.heartbeat.Heartbeat;
import neox.weights.neox.CheckpointNames;

/// Where a run goes on whose ranks have been started again after a failure: after the last
/// checkpoint that it has saved itself, also when its configuration lets it begin elsewhere, such
/// as with the weights of another model. Before it has saved one, it begins as it is told.
final class Resumption {
  private static final String WHY = "restart";

  /// What must be configured otherwise, if anything.
  ///
  /// @param jobStartMillis when the job was started for the first time
  static Optional<ConfigSource> of(
      ConfigSource source, CheckpointConfig config, OptionalLong jobStartMillis)
      throws IOException {
    boolean goesOnAnyway = StartingPoint.continuesItself(config) && config.iteration().isEmpty();
    if (goesOnAnyway || jobStartMillis.isEmpty() || config.save().isEmpty()) {
      return Optional.empty();
    }
    Path save = config.save().get();
    Optional<Long> latest = new CheckpointStore(save).latest();
    if (latest.isEmpty() || !isNewer(save, latest.get(), jobStartMillis.getAsLong())) {
      return Optional.empty(); // an earlier run's, or none
    }
    ConfigSource resumed = source.with(WHY, "load", save.toString());
    for (String key : List.of("iteration", "init_from")) {
      resumed = resumed.with(WHY, key, "null");
    }
    return Optional.of(resumed.with(WHY, "finetune", "false"));
  }

  /// The same for this process.
  static Optional<ConfigSource> of(ConfigSource source, CheckpointConfig config)
      throws IOException {
    return of(source, config, Heartbeat.startOfRestartedJob());
  }

  private static boolean isNewer(Path save, long step, long thanMillis) throws IOException {
    Path checkpoint = save.resolve(CheckpointNames.directory(step));
    return Files.getLastModifiedTime(checkpoint).toMillis() >= thanMillis;
  }

  private Resumption() {}
}
