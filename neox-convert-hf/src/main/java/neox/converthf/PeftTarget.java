package neox.converthf;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import neox.base.Console;
import neox.base.UserException;
import neox.base.text.ShellWord;
import neox.config.CheckpointConfig;
import neox.config.LoraConfig;
import neox.config.NeoxConfig;
import neox.config.model.ModelConfig;
import neox.weights.hf.HfFamily;
import neox.weights.hf.HfModel;
import neox.weights.peft.PeftConfig;
import neox.weights.peft.PeftWriter;

/// The adapters of a checkpoint alone, in the files of PEFT.
///
/// @param base what the model that they adapt is called there; empty: as the checkpoint calls it
record PeftTarget(Optional<String> base) implements Target {
  @Override
  public List<String> obstacles(ModelConfig model) {
    return HfFamily.of(model).obstacles(model);
  }

  @Override
  public boolean isIn(Path directory) {
    return PeftConfig.isIn(directory);
  }

  @Override
  public String description() {
    return "adapters of PEFT";
  }

  @Override
  public String next(Path directory) {
    return "neox-upload " + ShellWord.quoted(directory) + " OWNER/NAME";
  }

  @Override
  public String write(SourceModel model, Path directory, String name, Console console)
      throws IOException {
    NeoxConfig config = model.config().orElseThrow(() -> withoutAdapters(model)).config();
    LoraConfig lora = config.tuning().lora().orElseThrow(() -> withoutAdapters(model));
    HfFamily family = HfFamily.of(model.network().config());
    PeftWriter.write(
        directory,
        model.stored(),
        new PeftWriter.Adapters(model.network(), lora),
        family,
        Optional.of(base.orElseGet(() -> base(config.checkpoint(), console))));
    return "adapters of PEFT of rank %d for a %s, from iteration %d"
        .formatted(lora.rank(), family.architecture(model.network().config()), model.iteration());
  }

  private static String base(CheckpointConfig checkpoint, Console console) {
    Path adapted = checkpoint.initFrom().orElseThrow();
    if (!HfModel.isIn(adapted)) {
      console.warn(
          "the adapters adapt %s, a checkpoint of NeoX: convert that, too, and say with --base where"
              + " PEFT finds it",
          adapted);
    }
    return adapted.toString();
  }

  private static UserException withoutAdapters(SourceModel model) {
    return UserException.of(
        "%s: holds no adapters (lora.rank is not set), which are all that --format peft writes;"
            + " expected a checkpoint with adapters",
        model.origin());
  }
}
