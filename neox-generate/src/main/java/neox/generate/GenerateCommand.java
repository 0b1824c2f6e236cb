package neox.generate;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
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
import neox.base.help.HelpGroup;
import neox.config.ConfigLoader;
import neox.config.ConfigOptions;
import neox.config.GenerateConfig;
import neox.config.LoadedConfig;
import neox.config.NeoxConfig;
import neox.inference.ModelOptions;
import neox.tensor.NativeRuntime;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

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
      "Without prompts, samples start from the end-of-document token."
    },
    footerHeading = "Examples:",
    footer = {
      "  neox-generate --model checkpoints -i prompts.txt -o samples.jsonl",
      "  neox-generate -d configs demo --temperature 0.8 --num-samples 4"
    })
@HelpGroup("Generation")
public final class GenerateCommand implements ToolCommand {
  private static final long DEFAULT_SEED = 1234;

  @Mixin StandardOptions standard = new StandardOptions();
  @Mixin ConfigOptions config = new ConfigOptions();
  @Mixin ModelOptions model = new ModelOptions();

  @Option(
      names = {"-p", "--prompt"},
      paramLabel = "TEXT",
      description = "Continue this text, exactly as it is given; may be given again.")
  private List<String> prompts = List.of();

  @Option(
      names = {"-i", "--sample_input_file", "--sample-input-file"},
      paramLabel = "FILE",
      description = "Prompts, one per line; - reads standard input.")
  private @Nullable Path input;

  @Option(
      names = {"-o", "--sample_output_file", "--sample-output-file"},
      paramLabel = "FILE",
      description = "Where the samples go (default: standard output, which is also -).")
  private @Nullable Path output;

  @Option(names = "--overwrite", description = "Replace the output file if it is there.")
  private boolean overwrite;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description =
          "One of ${COMPLETION-CANDIDATES} (default: text on a terminal, JSON lines elsewhere).")
  private GenerateSettings.@Nullable Format format;

  @Option(
      names = {"--prompt-end", "--prompt_end"},
      paramLabel = "TEXT",
      description = "What separates prompts in the input (default: a line break).")
  private @Nullable String promptEnd;

  @Option(
      names = {"--num-samples", "--num_samples"},
      paramLabel = "N",
      description = "How many samples to make without a prompt (default: 1).")
  private @Nullable Integer numSamples;

  @Option(
      names = "--temperature",
      paramLabel = "T",
      description =
          "Divides the logits; 0 without top-k and top-p takes the likeliest token (default: 0).")
  private @Nullable Double temperature;

  @Option(
      names = {"--top-k", "--top_k"},
      paramLabel = "K",
      description = "Sample from the K likeliest tokens; 0 for all (default: 0).")
  private @Nullable Integer topK;

  @Option(
      names = {"--top-p", "--top_p"},
      paramLabel = "P",
      description =
          "Sample from the likeliest tokens that make up probability P; 0 for all (default: 0).")
  private @Nullable Double topP;

  @Option(
      names = {"--maximum-tokens", "--maximum_tokens", "--max-tokens", "--max_tokens"},
      paramLabel = "N",
      description = "New tokens for each prompt (default: 64).")
  private @Nullable Integer maximumTokens;

  @Option(names = "--seed", paramLabel = "N", description = "Decides the draws (default: 1234).")
  private @Nullable Long seed;

  @Option(
      names = "--recompute",
      description = "Read the whole text again for each token instead of caching.")
  private boolean recompute;

  @Option(
      names = {"--batch-size", "--batch_size"},
      paramLabel = "N",
      description = "Prompts that are continued together (default: ${DEFAULT-VALUE}).")
  private int batchSize = 1;

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
      SampleRun.of(settings(), console).run();
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
    generate.ifPresent(GenerateCommand::refuseUnsupported);
    return new GenerateSettings(
        directory(read),
        model.loadOptions(loaded),
        model.threads(),
        sampling(generate),
        new GenerateSettings.Writing(
            or(maximumTokens, generate.map(GenerateConfig::maximumTokens), 64),
            batchSize,
            recompute || generate.map(GenerateConfig::recompute).orElse(false)),
        or(seed, read.map(c -> c.data().seed()), DEFAULT_SEED),
        prompts(generate),
        output(generate));
  }

  private GenerateSettings.Output output(Optional<GenerateConfig> generate) {
    Optional<Path> file =
        Optional.ofNullable(output).or(() -> generate.flatMap(GenerateConfig::sampleOutputFile));
    GenerateSettings.Existing existing =
        overwrite ? GenerateSettings.Existing.REPLACE : GenerateSettings.Existing.KEEP;
    boolean forPeople = file.isEmpty() && isWatched();
    GenerateSettings.Format usual =
        forPeople ? GenerateSettings.Format.TEXT : GenerateSettings.Format.JSON;
    return new GenerateSettings.Output(file, existing, format == null ? usual : format);
  }

  @SuppressWarnings("SystemConsoleNull") // JDK 25's own console is null when input is piped
  private static boolean isWatched() {
    return System.console() != null && System.console().isTerminal();
  }

  private GenerateSettings.Sampling sampling(Optional<GenerateConfig> generate) {
    return new GenerateSettings.Sampling(
        or(temperature, generate.map(GenerateConfig::temperature), 0.0),
        or(topK, generate.map(GenerateConfig::topK), 0),
        or(topP, generate.map(GenerateConfig::topP), 0.0));
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

  private PromptSource prompts(Optional<GenerateConfig> generate) {
    if (input != null && numSamples != null) {
      throw new UserException(
          "--num-samples counts samples without a prompt; leave it or the input file out");
    }
    if (!prompts.isEmpty()) {
      if (input != null || numSamples != null) {
        throw new UserException(
            "--prompt gives the prompts; leave the input file and --num-samples out");
      }
      return new PromptSource.Given(prompts);
    }
    if (numSamples != null) {
      return new PromptSource.Unconditional(numSamples);
    }
    String end = or(promptEnd, generate.map(GenerateConfig::promptEnd), "\n");
    boolean unconditional =
        generate.flatMap(GenerateConfig::textGenType).filter("unconditional"::equals).isPresent();
    Optional<Path> file =
        Optional.ofNullable(input)
            .or(() ->
                unconditional
                    ? Optional.empty()
                    : generate.flatMap(GenerateConfig::sampleInputFile));
    if (file.isPresent()) {
      return new PromptSource.FromFile(file.get(), end);
    }
    return new PromptSource.Unconditional(generate.map(GenerateConfig::numSamples).orElse(1));
  }

  private static void refuseUnsupported(GenerateConfig config) {
    if (config.textGenType().filter("interactive"::equals).isPresent()) {
      throw new UserException(
          "text_gen_type: interactive is not supported; pipe prompts in with -i -");
    }
    if (config.returnLogits()) {
      throw new UserException("return_logits: true is not supported; leave it out");
    }
  }

  private static <T> T or(@Nullable T option, Optional<T> configured, T otherwise) {
    return option != null ? option : configured.orElse(otherwise);
  }
}
