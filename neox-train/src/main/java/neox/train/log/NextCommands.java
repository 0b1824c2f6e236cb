package neox.train.log;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import neox.base.text.ShellWord;
import neox.config.model.HeadConfig.Output;
import neox.config.model.ModelConfig;
import neox.weights.hf.HfFamily;

/// What a user can do with a trained model, as commands to copy.
public record NextCommands(Path save, ModelConfig model) {
  /// One command a line. A model that no family of transformers can express is not converted.
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    if (model.head().output() == Output.REWARD) {
      return lines; // it says nothing of the next token
    }
    lines.add(
        "echo 'Once upon a time' | neox-generate --model " + ShellWord.quoted(save) + " -i -");
    if (HfFamily.of(model).obstacles(model).isEmpty()) {
      Path target = Path.of(save + "-hf");
      lines.add(
          "neox-convert-hf --input_dir "
              + ShellWord.quoted(save)
              + " --output_dir "
              + ShellWord.quoted(target));
    }
    return lines;
  }
}
