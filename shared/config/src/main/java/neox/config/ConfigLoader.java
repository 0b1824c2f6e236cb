package neox.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import neox.base.UserException;
import neox.config.table.ConfigKey;

/// Reads configurations. Everything that is wrong with one is reported together, in one
/// [UserException] with a line per problem.
public final class ConfigLoader {
  /// The configuration alone; see [#read].
  public static NeoxConfig load(ConfigSource source) throws IOException {
    return read(source).config();
  }

  /// Reads, merges and checks a whole configuration, for one replica of the network.
  public static LoadedConfig read(ConfigSource source) throws IOException {
    return read(source, RunShape.ONE_REPLICA);
  }

  /// The same for a run on so many ranks, and of so many steps.
  public static LoadedConfig read(ConfigSource source, RunShape run) throws IOException {
    return open(source).forRun(run);
  }

  /// Reads the files only, to be understood once more is known of the run.
  public static OpenedConfig open(ConfigSource source) throws IOException {
    requireFiles(source);
    return OpenedConfig.of(source);
  }

  /// Reads what describes the network and its tokenizer, and of the files checks only that: the
  /// rest of the result holds what they say where that is usable, and stand-ins where it is not.
  /// The overrides are all checked.
  public static LoadedConfig readModel(ConfigSource source) throws IOException {
    return open(source).forModel();
  }

  /// [#readModel] of the configurations saved in a checkpoint, by us or by GPT-NeoX.
  public static LoadedConfig readCheckpoint(Path configsDirectory) throws IOException {
    return readModel(checkpointSource(configsDirectory));
  }

  /// The files saved in a checkpoint, by us or by GPT-NeoX, of which [#readCheckpoint] reads.
  public static ConfigSource checkpointSource(Path configsDirectory) throws IOException {
    Path effective = configsDirectory.resolve(LoadedConfig.EFFECTIVE_FILE);
    if (Files.exists(effective)) {
      return ConfigSource.of(effective);
    }
    try (Stream<Path> entries = Files.list(configsDirectory)) {
      Path[] files = entries.filter(ConfigLoader::isConfiguration).sorted().toArray(Path[]::new);
      if (files.length == 0) {
        throw new UserException(
            configsDirectory + ": no configuration in it; expected the .yml files of the run");
      }
      return ConfigSource.of(files);
    }
  }

  private static boolean isConfiguration(Path file) {
    String name = file.getFileName().toString();
    return name.endsWith(".yml") || name.endsWith(".json");
  }

  private static void requireFiles(ConfigSource source) {
    if (source.files().isEmpty() && source.overrides().isEmpty()) {
      throw new UserException(
          "no configuration given; name one or more .yml files, such as: -d configs demo");
    }
  }

  /// The names of all supported keys.
  public static List<String> supportedKeys() {
    return ConfigReference.keys().stream().map(ConfigKey::name).toList();
  }

  private ConfigLoader() {}
}
