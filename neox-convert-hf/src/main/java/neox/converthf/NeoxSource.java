package neox.converthf;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import neox.base.UserException;
import neox.config.ConfigLoader;
import neox.config.ConfigSource;
import neox.config.LoadedConfig;
import neox.config.NeoxConfig;
import neox.config.model.ModelConfig;
import neox.weights.TensorStore;
import neox.weights.neox.NeoxCheckpoint;
import neox.weights.neox.Reading;
import neox.weights.spec.NetworkSpec;

/// A checkpoint of GPT-NeoX or of neox-train.
///
/// @param origin its `global_stepN` directory
/// @param configFiles its configuration; those saved in it where there are none
/// @param loaded what they say
/// @param choices how it is read
record NeoxSource(Path origin, List<Path> configFiles, LoadedConfig loaded, Choices choices)
    implements Source {
  /// How a checkpoint is read beyond what its configuration says.
  ///
  /// @param overridesArchitecture whether that may describe another network than the weights were
  ///   trained as
  /// @param layout of rows where queries share heads of keys
  /// @param reading which weights, and how carefully
  record Choices(boolean overridesArchitecture, GqaLayout layout, Reading reading) {}

  /// The checkpoint in `directory`.
  ///
  /// @param iteration which one, instead of the latest
  /// @param configFiles its configuration; those saved in the checkpoint where there are none
  static NeoxSource read(
      Path directory, OptionalLong iteration, List<Path> configFiles, Choices choices)
      throws IOException {
    Path origin = NeoxCheckpoint.resolve(directory, iteration);
    return new NeoxSource(origin, configFiles, config(origin, configFiles), choices);
  }

  private static LoadedConfig config(Path origin, List<Path> configFiles) throws IOException {
    if (!configFiles.isEmpty()) {
      return ConfigLoader.readModel(new ConfigSource(Optional.empty(), configFiles, Map.of()));
    }
    Path configs = NeoxCheckpoint.configs(origin);
    if (!Files.isDirectory(configs)) {
      throw new UserException(
          origin + ": no configs directory in it; name the run's files with --config_file");
    }
    return ConfigLoader.readCheckpoint(configs);
  }

  @Override
  public ModelConfig architecture() {
    return loaded.config().model();
  }

  @Override
  public SourceModel open() throws IOException {
    NeoxConfig config = loaded.config();
    NeoxCheckpoint checkpoint =
        NeoxCheckpoint.open(origin, OptionalLong.empty(), config, choices.reading());
    boolean opened = false;
    try {
      checkpoint.requireAllOf(config.model());
      if (!choices.overridesArchitecture()) {
        checkpoint.requireTrainedAs(loaded);
      }
      NetworkSpec network =
          NetworkSpec.of(checkpoint.config(), checkpoint.paddedVocab(), config.tuning());
      SourceModel model =
          new SourceModel(
              origin,
              inTodaysOrder(checkpoint, network),
              network,
              checkpoint.iteration(),
              Optional.of(loaded),
              checkpoint.clientState());
      opened = true;
      return model;
    } finally {
      if (!opened) {
        checkpoint.close();
      }
    }
  }

  private TensorStore inTodaysOrder(NeoxCheckpoint checkpoint, NetworkSpec network) {
    return switch (choices.layout()) {
      case SECTIONS -> checkpoint;
      case HEADS -> {
        requireGroupedQueries(network);
        yield RowsByHead.of(checkpoint, network, checkpoint.tensorParallelSize());
      }
    };
  }

  private void requireGroupedQueries(NetworkSpec network) {
    int heads = network.config().heads();
    int kvHeads = network.config().kvHeads();
    if (kvHeads == heads || !network.adapters().isEmpty()) {
      throw UserException.of(
          "%s: %s heads is for checkpoints of GPT-NeoX with fewer key heads than query heads, which"
              + " this is not; leave it out",
          origin, SourceOptions.GQA_LAYOUT);
    }
    if ((long) network.config().headDim() * kvHeads % heads != 0) {
      throw UserException.of(
          "%s: %s heads: %d dims of %d key heads do not divide over %d query heads, so GPT-NeoX did"
              + " not train it so",
          origin, SourceOptions.GQA_LAYOUT, network.config().headDim(), kvHeads, heads);
    }
  }
}
