package neox.converthf;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import neox.base.Console;
import neox.config.model.ModelConfig;
import neox.weights.neox.CheckpointNames;

/// A plain checkpoint of NeoX.
record NeoxTarget() implements Target {
  @Override
  public List<String> obstacles(ModelConfig model) {
    return List.of();
  }

  /// One checkpoint and the file that names it: a run's directory, which holds more, is not what
  /// this target writes.
  @Override
  public boolean isIn(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      List<String> names = entries.map(entry -> entry.getFileName().toString()).sorted().toList();
      return names.size() == 2
          && names.getFirst().matches(CheckpointNames.DIRECTORY_REGEX)
          && names.getLast().equals(CheckpointNames.LATEST);
    }
  }

  @Override
  public String description() {
    return "single checkpoint of NeoX";
  }

  @Override
  public String write(SourceModel model, Path directory, String name, Console console)
      throws IOException {
    new PlainCheckpoint(model).write(directory, console);
    return "a plain checkpoint of NeoX, from iteration " + model.iteration();
  }
}
