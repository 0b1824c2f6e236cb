package neox.converthf;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import neox.base.Console;
import neox.base.text.ShellWord;
import neox.config.model.ModelConfig;

/// What a model becomes. To write another format is one more record.
sealed interface Target permits HfTarget, NeoxTarget, GgufTarget, PeftTarget, RunTarget {
  /// Every reason why a network cannot be told in this format; empty when it can.
  List<String> obstacles(ModelConfig model);

  /// Whether `directory` holds what this target writes, so that `--overwrite` may replace it.
  boolean isIn(Path directory) throws IOException;

  /// What [#isIn] looks for, without an article: `Hugging Face model`.
  String description();

  /// Writes the model into `directory`, which is empty.
  ///
  /// @param name what the model is called: the last part of the directory's final path
  /// @return what was made, in a few words
  String write(SourceModel model, Path directory, String name, Console console) throws IOException;

  /// A command that a person may want next.
  ///
  /// @param directory what was written
  default String next(Path directory) {
    return "neox-generate --model " + ShellWord.quoted(directory) + " --prompt 'Once upon a time'";
  }
}
