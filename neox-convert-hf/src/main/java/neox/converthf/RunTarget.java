package neox.converthf;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import neox.base.Console;
import neox.base.text.ShellWord;
import neox.config.model.ModelConfig;
import neox.converthf.fromhf.FromHf;
import neox.converthf.fromhf.FromHfOptions;
import neox.weights.neox.CheckpointNames;

/// What a run of NeoX begins with: a checkpoint for any number of ranks, a configuration, a
/// tokenizer.
///
/// @param output where it will be, which the configuration says
record RunTarget(FromHfOptions options, Path output) implements Target {
  @Override
  public List<String> obstacles(ModelConfig model) {
    return List.of();
  }

  /// A run that has begun has saved more than step 0.
  @Override
  public boolean isIn(Path directory) throws IOException {
    Path first = directory.resolve(CheckpointNames.directory(0));
    return Files.isDirectory(first) && onlyCheckpoint(directory, first);
  }

  private static boolean onlyCheckpoint(Path directory, Path first) throws IOException {
    try (var entries = Files.list(directory)) {
      return entries
          .filter(
              entry -> String.valueOf(entry.getFileName()).matches(CheckpointNames.DIRECTORY_REGEX))
          .allMatch(first::equals);
    }
  }

  @Override
  public String description() {
    return "checkpoint of NeoX of step 0 alone";
  }

  @Override
  public String next(Path directory) {
    return "neox-train %s --set data_path=DATA"
        .formatted(ShellWord.quoted(FromHf.configurationFile(directory)));
  }

  @Override
  public String write(SourceModel model, Path directory, String name, Console console)
      throws IOException {
    return new FromHf(model.origin(), model.plain(), options)
        .write(model.weights(), directory, output, console);
  }
}
