package neox.generate;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import neox.base.Console;
import neox.base.ExitCode;
import neox.base.StandardOptions;
import neox.base.ToolCommand;
import neox.base.UserException;
import neox.base.Version;
import neox.base.help.HelpGroup;
import neox.config.ConfigLoader;
import neox.config.ConfigOptions;
import neox.config.LoadedConfig;
import neox.inference.load.LoadOptions;
import neox.inference.load.ModelOptions;
import neox.tensor.NativeRuntime;
import neox.weights.DType;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `neox-generate logits`: what a model says of every next token of one text, as numbers.
@Command(
    name = "logits",
    versionProvider = Version.class,
    sortOptions = false,
    description = {
      "Writes the logits after every token of one text, to compare models and programs with.",
      "The file is one of safetensors, with the tensors input_ids [s] (int64) and logits [s, V]"
          + " (float32)."
    },
    footerHeading = "Examples:",
    footer = {
      "  neox-generate logits --model checkpoints -p 'The quick brown' -o logits.safetensors",
      "  neox-generate logits --model hf --token-ids 5,17,3 -o logits.safetensors"
    })
@HelpGroup("Text")
public final class LogitsCommand implements ToolCommand {
  /// A type of stored weights.
  enum Type {
    FP32,
    FP16,
    BF16;

    DType dtype() {
      return switch (this) {
        case FP32 -> DType.FLOAT32;
        case FP16 -> DType.FLOAT16;
        case BF16 -> DType.BFLOAT16;
      };
    }
  }

  @Mixin StandardOptions standard = new StandardOptions();
  @Mixin ConfigOptions config = new ConfigOptions();
  @Mixin ModelOptions model = new ModelOptions();

  @Option(
      names = {"-p", "--prompt"},
      paramLabel = "TEXT",
      description = "The text, exactly as it is given.")
  private @Nullable String prompt;

  @Option(
      names = {"--token-ids", "--token_ids"},
      paramLabel = "ID,…",
      split = ",",
      description = "The text as tokens, for which no tokenizer is needed.")
  private int @Nullable [] tokenIds;

  @Option(
      names = {"--round-weights", "--round_weights"},
      paramLabel = "TYPE",
      description =
          "Round the weights to ${COMPLETION-CANDIDATES} first, as a conversion to it does; computed"
              + " is in --precision all the same (default: as they are).")
  private @Nullable Type roundWeights;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      required = true,
      description = "The file to write; one that is there is replaced.")
  @SuppressWarnings("NullAway.Init")
  private Path output;

  @Override
  public int call(Console console) throws Exception {
    Optional<String> answer = config.answer();
    if (answer.isPresent()) {
      console.out().print(answer.get());
      return ExitCode.OK;
    }
    return NativeRuntime.run(() -> {
      NativeRuntime.start(model.threads());
      run(console);
      return ExitCode.OK;
    });
  }

  private void run(Console console) throws IOException {
    Optional<LoadedConfig> loaded =
        config.source().files().isEmpty()
            ? Optional.empty()
            : Optional.of(ConfigLoader.readModel(config.source()));
    Path directory =
        model
            .directory()
            .or(() -> loaded.flatMap(c -> c.config().checkpoint().load()))
            .orElseThrow(() -> new UserException("no model: name its directory with --model"));
    LoadOptions options = model.loadOptions(loaded);
    Optional<DType> rounded = Optional.ofNullable(roundWeights).map(Type::dtype);
    Logits logits = new Logits(directory, options, rounded);
    int positions = logits.write(tokens(logits), output);
    console.made(output.toString(), "logits after " + positions + " tokens");
  }

  private int[] tokens(Logits logits) throws IOException {
    if (prompt != null && tokenIds == null) {
      return logits.encode(prompt);
    }
    if (tokenIds != null && prompt == null) {
      return tokenIds;
    }
    throw new UserException("expected the text: one of --prompt and --token-ids");
  }
}
