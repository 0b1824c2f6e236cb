package neox.converthf;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import neox.base.Console;
import neox.base.Durability;
import neox.base.NamedFiles;
import neox.base.UserException;
import neox.config.LoadedConfig;
import neox.config.NeoxConfig;
import neox.converthf.written.WrittenTensors;
import neox.weights.NamedTensor;
import neox.weights.TensorStore;
import neox.weights.neox.CheckpointContent;
import neox.weights.neox.CheckpointContent.Layout;
import neox.weights.neox.CheckpointNames;
import neox.weights.neox.CheckpointPart;
import neox.weights.neox.NeoxCheckpointWriter;

/// A checkpoint of NeoX that holds every weight, whole: what adapters add is merged into them.
record PlainCheckpoint(SourceModel model) {
  /// Writes `global_stepN` and the file that names it.
  void write(Path directory, Console console) throws IOException {
    LoadedConfig loaded =
        model
            .config()
            .orElseThrow(() ->
                UserException.of(
                    "%s: says nothing of a run; name its files with --config_file",
                    model.origin()));
    NeoxConfig config = loaded.config();
    TensorStore weights = model.weights();
    String name = CheckpointNames.directory(model.iteration());
    try (WrittenTensors tensors =
        new WrittenTensors(
            key -> new NamedTensor(key, weights.tensor(key)), model.plain(), 1, console)) {
      NeoxCheckpointWriter.write(
          Files.createDirectory(directory.resolve(name)),
          new CheckpointContent(
              CheckpointPart.whole(model.plain()),
              config.tokenizer().type(),
              model.iteration(),
              0,
              Layout.FILE_PER_LAYER,
              tensors,
              Map.of(),
              Map.of(LoadedConfig.EFFECTIVE_FILE, plain(loaded.effectiveYaml()))),
          Durability.HANDED_OVER);
    }
    NamedFiles.writeString(directory.resolve(CheckpointNames.LATEST), name);
  }

  /// The configuration without what says that there are adapters, and of what.
  private static String plain(String effectiveYaml) {
    StringBuilder kept = new StringBuilder();
    boolean inAdapters = false;
    for (String line : effectiveYaml.lines().toList()) {
      inAdapters = line.startsWith("lora:") || (inAdapters && line.startsWith(" "));
      if (!inAdapters && !line.startsWith("init_from:") && !line.startsWith("reference_model:")) {
        kept.append(line).append('\n');
      }
    }
    return kept.toString();
  }
}
