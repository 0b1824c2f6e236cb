package neox.converthf.tools;

import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalLong;
import neox.base.UserException;
import neox.config.ConfigLoader;
import neox.config.ConfigSource;
import neox.config.LoadedConfig;
import neox.converthf.inspect.CheckpointOptions;
import neox.weights.neox.NeoxCheckpoint;
import neox.weights.spec.NetworkSpec;

/// A checkpoint of NeoX of which another is made.
///
/// @param loaded the configuration of the network, as it was saved
record OriginalCheckpoint(NeoxCheckpoint checkpoint, LoadedConfig loaded, ConfigSource written)
    implements AutoCloseable {
  /// Opens the checkpoint that a path means; [UserException] when it is something else.
  static OriginalCheckpoint open(Path path, CheckpointOptions options) throws IOException {
    if (!CheckpointOptions.isNeox(path)) {
      throw UserException.of(
          "%s: is no checkpoint of NeoX; expected a global_stepN directory, or the one above it",
          path);
    }
    Path directory = NeoxCheckpoint.resolve(path, options.iteration());
    ConfigSource written = options.source(directory);
    LoadedConfig loaded = ConfigLoader.readModel(written);
    return new OriginalCheckpoint(
        NeoxCheckpoint.open(directory, OptionalLong.empty(), loaded.config()), loaded, written);
  }

  Path directory() {
    return checkpoint.directory();
  }

  NetworkSpec network() {
    return NetworkSpec.of(checkpoint.config(), checkpoint.paddedVocab(), loaded.config().tuning());
  }

  /// The configuration for another layout; [UserException] when the network does not divide so.
  LoadedConfig configFor(int modelParallelSize, int pipeParallelSize) throws IOException {
    return ConfigLoader.readModel(
        written
            .with("--tp", "model_parallel_size", String.valueOf(modelParallelSize))
            .with("--pp", "pipe_parallel_size", String.valueOf(pipeParallelSize)));
  }

  @Override
  public void close() {
    checkpoint.close();
  }
}
