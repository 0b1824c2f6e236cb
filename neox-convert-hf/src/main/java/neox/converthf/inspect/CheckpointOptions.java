package neox.converthf.inspect;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import neox.base.UserException;
import neox.base.help.HelpGroup;
import neox.config.ConfigLoader;
import neox.config.ConfigSource;
import neox.config.LoadedConfig;
import neox.weights.dcp.DcpCheckpoint;
import neox.weights.hf.HfModel;
import neox.weights.neox.NeoxCheckpoint;
import neox.weights.source.TensorSources;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Which checkpoint of several is meant, and of what network it is.
@HelpGroup("Input")
public final class CheckpointOptions {
  @Option(
      names = "--iteration",
      paramLabel = "N",
      description = "Take global_stepN instead of the latest, where a directory holds several.")
  private @Nullable Long iteration;

  @Option(
      names = {"--config-file", "--config_file"},
      arity = "1..*",
      paramLabel = "CONFIG",
      description = "Configuration files, merged (default: those saved in the checkpoint).")
  private List<Path> configFiles = new ArrayList<>();

  /// True when a path leads to a checkpoint of NeoX, and not to something else that holds tensors.
  public static boolean isNeox(Path path) {
    return Files.isDirectory(path)
        && !HfModel.isIn(path)
        && !TensorSources.isIn(path)
        && DcpCheckpoint.in(path).isEmpty();
  }

  /// The one that is asked for, in place of the latest.
  public OptionalLong iteration() {
    return iteration == null ? OptionalLong.empty() : OptionalLong.of(iteration);
  }

  /// The configuration of a checkpoint of NeoX.
  ///
  /// @param checkpoint its `global_stepN` directory
  LoadedConfig config(Path checkpoint) throws IOException {
    return ConfigLoader.readModel(source(checkpoint));
  }

  /// Where that is written.
  public ConfigSource source(Path checkpoint) throws IOException {
    if (!configFiles.isEmpty()) {
      return new ConfigSource(Optional.empty(), configFiles, Map.of());
    }
    Path configs = NeoxCheckpoint.configs(checkpoint);
    if (!Files.isDirectory(configs)) {
      throw UserException.of(
          "%s: no configs directory in it; name the run's files with --config-file", checkpoint);
    }
    return ConfigLoader.checkpointSource(configs);
  }
}
