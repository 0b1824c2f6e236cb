package neox.converthf;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import neox.base.NamedFiles;
import neox.config.LoadedConfig;
import neox.config.NeoxConfig;
import neox.weights.NamedTensor;
import neox.weights.neox.CheckpointContent;
import neox.weights.neox.CheckpointContent.Layout;
import neox.weights.neox.CheckpointNames;
import neox.weights.neox.CheckpointPart;
import neox.weights.neox.MergedModel;
import neox.weights.neox.NeoxCheckpoint;
import neox.weights.neox.NeoxCheckpointWriter;
import neox.weights.spec.NetworkSpec;

/// A checkpoint of NeoX that holds every weight, whole: what adapters add is merged into them.
///
/// @param config with which the checkpoint was made
record PlainCheckpoint(NeoxCheckpoint checkpoint, NeoxConfig config) {
  /// Writes `global_stepN` and the file that names it.
  void write(Path directory) throws IOException {
    MergedModel model = MergedModel.of(checkpoint, config.tuning());
    NetworkSpec network = NetworkSpec.of(checkpoint.config(), checkpoint.paddedVocab());
    String name = CheckpointNames.directory(checkpoint.iteration());
    NeoxCheckpointWriter.write(
        Files.createDirectory(directory.resolve(name)),
        new CheckpointContent(
            CheckpointPart.whole(network),
            config.tokenizer().type(),
            checkpoint.iteration(),
            0,
            Layout.FILE_PER_LAYER,
            key -> new NamedTensor(key, model.tensor(key)),
            Map.of(),
            configs()));
    NamedFiles.writeString(directory.resolve(CheckpointNames.LATEST), name);
  }

  /// The configuration without what says that there are adapters, and of what.
  private Map<String, String> configs() throws IOException {
    Path file = checkpoint.configs().resolve(LoadedConfig.EFFECTIVE_FILE);
    if (!Files.exists(file)) {
      return Map.of();
    }
    StringBuilder kept = new StringBuilder();
    boolean inAdapters = false;
    for (String line : NamedFiles.readString(file).lines().toList()) {
      inAdapters = line.startsWith("lora:") || (inAdapters && line.startsWith(" "));
      if (!inAdapters && !line.startsWith("init_from:") && !line.startsWith("reference_model:")) {
        kept.append(line).append('\n');
      }
    }
    return Map.of(LoadedConfig.EFFECTIVE_FILE, kept.toString());
  }
}
