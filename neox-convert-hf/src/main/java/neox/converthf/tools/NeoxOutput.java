package neox.converthf.tools;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import neox.base.Console;
import neox.base.NamedFiles;
import neox.config.LoadedConfig;
import neox.converthf.written.WrittenTensors;
import neox.weights.LazyTensor;
import neox.weights.NamedTensor;
import neox.weights.neox.CheckpointContent;
import neox.weights.neox.CheckpointLayout;
import neox.weights.neox.CheckpointNames;
import neox.weights.neox.CheckpointPart;
import neox.weights.neox.LayoutWriter;
import neox.weights.neox.NeoxCheckpoint;
import neox.weights.spec.NetworkSpec;

/// Writes whole parameters as a checkpoint of NeoX in any layout.
///
/// @param source whose network and counters it has
/// @param configured its configuration, of which the layout is
/// @param weights the whole parameter of a key
record NeoxOutput(
    OriginalCheckpoint source, LoadedConfig configured, Function<String, LazyTensor> weights) {
  /// Entries of the states of ranks that say where the run stands, whatever its layout.
  private static final List<String> CARRIED = List.of("lr_scheduler", "skipped_steps");

  /// Writes `global_stepN` and the file that names it; returns the former.
  ///
  /// @param output where they are to be
  Path write(Path output, Console console) throws IOException {
    NeoxCheckpoint checkpoint = source.checkpoint();
    NetworkSpec network = source.network();
    CheckpointLayout layout = CheckpointLayout.of(configured.config().parallel());
    String name = CheckpointNames.directory(checkpoint.iteration());
    Path directory = Files.createDirectories(output.resolve(name));
    try (WrittenTensors tensors =
        new WrittenTensors(
            key -> new NamedTensor(key, weights.apply(key)),
            network,
            layout.tensorRanks(),
            console)) {
      LayoutWriter.write(
          directory,
          new CheckpointContent(
              CheckpointPart.whole(network),
              configured.config().tokenizer().type(),
              checkpoint.iteration(),
              samples(),
              layout.files(),
              tensors,
              state(),
              configs()),
          layout);
    }
    NamedFiles.writeString(output.resolve(CheckpointNames.LATEST), name);
    return directory;
  }

  private long samples() {
    Object samples = source.checkpoint().clientState().get("global_samples");
    return samples instanceof Long count && count >= 0 ? count : 0;
  }

  private Map<String, Object> state() {
    Map<String, Object> state = new LinkedHashMap<>(source.checkpoint().clientState());
    state.keySet().retainAll(CARRIED);
    return state;
  }

  /// The saved files as they are, and what counts: the same with the layout's numbers.
  private Map<String, String> configs() throws IOException {
    Map<String, String> files = new LinkedHashMap<>();
    Path saved = source.checkpoint().configs();
    if (Files.isDirectory(saved)) {
      try (Stream<Path> entries = Files.list(saved)) {
        for (Path entry : entries.filter(Files::isRegularFile).sorted().toList()) {
          files.put(String.valueOf(entry.getFileName()), NamedFiles.readString(entry));
        }
      }
    }
    files.put(LoadedConfig.EFFECTIVE_FILE, configured.effectiveYaml());
    return files;
  }
}
