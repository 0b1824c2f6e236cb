package neox.generate;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import neox.base.Console;
import neox.base.ExitCode;
import neox.base.StandardOptions;
import neox.base.Tool;
import neox.base.ToolCommand;
import neox.base.UserException;
import neox.base.Version;
import neox.config.ConfigLoader;
import neox.config.ConfigOptions;
import neox.config.GenerateConfig;
import neox.config.LoadedConfig;
import neox.config.NeoxConfig;
import neox.inference.load.ModelOptions;
import neox.tensor.NativeRuntime;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `neox-generate`: prompts in, text out.
@Command(
    name = "neox-generate",
    mixinStandardHelpOptions = false,
    versionProvider = Version.class,
    sortOptions = false,
    description = {
      "Continues prompts with a trained model: text on a terminal, one JSON line for each elsewhere.",
      "The model is a checkpoint or a Hugging Face directory (--model), or what a configuration's"
          + " `load` names; settings of the configuration (temperature, top_k, top_p,"
          + " maximum_tokens, sample_input_file, …) hold unless an option says otherwise.",
      "Without prompts, samples start from the end-of-document token. With --interactive a person types"
          + " prompts: Ctrl-C stops an answer, Ctrl-D ends the session."
    },
    footerHeading = "Examples:",
    footer = {
      "  neox-generate --model checkpoints -i prompts.txt -o samples.jsonl",
      "  neox-generate --model checkpoints --jsonl < prompts.jsonl > answers.jsonl",
      "  neox-generate --model checkpoints --interactive",
      "  neox-generate -d configs demo --temperature 0.8 --num-samples 4"
    })
public final class GenerateCommand implements ToolCommand {
  @Mixin StandardOptions standard = new StandardOptions();
  @Mixin ConfigOptions config = new ConfigOptions();
  @Mixin ModelOptions model = new ModelOptions();
  @Mixin PromptOptions prompts = new PromptOptions();
  @Mixin SamplingOptions sampling = new SamplingOptions();
  @Mixin OutputOptions output = new OutputOptions();

  public static void main(String[] args) {
    System.exit(Tool.run(new GenerateCommand(), args));
  }

  @Override
  public Map<String, Supplier<ToolCommand>> subcommands() {
    return Map.of("logits", LogitsCommand::new);
  }

  @Override
  public int call(Console console) throws Exception {
    Optional<String> answer = config.answer();
    if (answer.isPresent()) {
      console.out().print(answer.get());
      return ExitCode.OK;
    }
    return NativeRuntime.run(() -> {
      new GenerateRun(settings(), console).run();
      return ExitCode.OK;
    });
  }

  /// Options over configuration over defaults.
  private GenerateSettings settings() throws IOException {
    Optional<LoadedConfig> loaded =
        config.source().files().isEmpty()
            ? Optional.empty()
            : Optional.of(ConfigLoader.readModel(config.source()));
    Optional<NeoxConfig> read = loaded.map(LoadedConfig::config);
    Optional<GenerateConfig> generate = read.map(NeoxConfig::generate);
    Mode mode = prompts.mode(read, sampling.numSamples());
    return new GenerateSettings(
        directory(read),
        sampling.opened(model.loadOptions(loaded)),
        model.threads(),
        sampling.writing(generate, read.map(c -> c.data().seed())),
        mode,
        output.output(generate, mode));
  }

  private Path directory(Optional<NeoxConfig> read) {
    return model
        .directory()
        .or(() -> read.flatMap(c -> c.checkpoint().load()))
        .orElseThrow(() ->
            new UserException(
                read.isPresent()
                    ? "the configuration names no model; add load: DIR to it, or give --load"
                        + " DIR"
                    : "no model given; use --model DIR, or a configuration with load: DIR"));
  }
}
