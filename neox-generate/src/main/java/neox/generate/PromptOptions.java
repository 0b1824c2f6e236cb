package neox.generate;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import neox.base.UserException;
import neox.base.help.HelpGroup;
import neox.config.GenerateConfig;
import neox.config.NeoxConfig;
import neox.generate.precompute.Datasets;
import neox.generate.rows.RowFormat;
import neox.generate.rows.RowFormat.OnError;
import neox.generate.rows.RowFormat.Order;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Where prompts come from; used as a picocli mixin.
@HelpGroup("Prompts")
final class PromptOptions {
  /// `text_gen_type`.
  enum Type {
    UNCONDITIONAL,
    INPUT_FILE,
    INTERACTIVE,
    PRECOMPUTE;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static Type of(String word) {
      return valueOf(word.toUpperCase(Locale.ROOT).replace('-', '_'));
    }
  }

  @Option(
      names = {"--text-gen-type", "--text_gen_type"},
      paramLabel = "TYPE",
      description =
          "One of ${COMPLETION-CANDIDATES} (default: input-file where there is one, else"
              + " unconditional).")
  private @Nullable Type type;

  @Option(
      names = {"-I", "--interactive"},
      description = "Answer prompts that are typed at a terminal: --text-gen-type interactive.")
  private boolean interactive;

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
      names = {"--prompt-end", "--prompt_end"},
      paramLabel = "TEXT",
      description = "What separates prompts in the input (default: a line break).")
  private @Nullable String promptEnd;

  @Option(
      names = "--jsonl",
      description =
          "Read rows of JSON from standard input, or the input file, and write each with its answer"
              + " as soon as that is ready.")
  private boolean jsonl;

  @Option(
      names = "--key",
      paramLabel = "NAME",
      description = "Which field of a row is the prompt (default: prompt, context or text).")
  private @Nullable String key;

  @Option(
      names = "--unordered",
      description = "Write rows in the order in which they are ready, not in that of the input.")
  private boolean unordered;

  @Option(
      names = {"--on-error", "--on_error"},
      paramLabel = "ACTION",
      description =
          "What a row that cannot be answered does, ${COMPLETION-CANDIDATES} (default:"
              + " ${DEFAULT-VALUE}).")
  private OnError onError = OnError.STOP;

  /// What the options say, or else the configuration.
  ///
  /// @param numSamples of the command line
  Mode mode(Optional<NeoxConfig> config, Optional<Integer> numSamples) {
    Optional<GenerateConfig> generate = config.map(NeoxConfig::generate);
    refuseContradictions();
    if (jsonl) {
      return new Mode.Rows(
          new RowFormat(
              Optional.ofNullable(input)
                  .or(() -> generate.flatMap(GenerateConfig::sampleInputFile)),
              Optional.ofNullable(key),
              onError,
              unordered ? Order.COMPLETION : Order.INPUT));
    }
    return switch (type(generate, numSamples)) {
      case UNCONDITIONAL -> new Mode.Prompts(unconditional(generate, numSamples));
      case INPUT_FILE -> new Mode.Prompts(given(generate));
      case INTERACTIVE -> interactive(generate, numSamples);
      case PRECOMPUTE ->
          new Mode.Precompute(
              config
                  .map(Datasets::of)
                  .orElseThrow(() ->
                      new UserException(
                          "text_gen_type precompute: give the configuration that names the"
                              + " datasets")));
    };
  }

  private Mode interactive(Optional<GenerateConfig> generate, Optional<Integer> numSamples) {
    if (numSamples.isPresent()) {
      throw new UserException(
          "--num-samples: a session writes one answer to each prompt; leave it out");
    }
    return new Mode.Interactive(end(generate));
  }

  private Type type(Optional<GenerateConfig> generate, Optional<Integer> numSamples) {
    if (interactive) {
      return Type.INTERACTIVE;
    }
    if (type != null) {
      return type;
    }
    if (input != null || !prompts.isEmpty()) {
      return Type.INPUT_FILE;
    }
    boolean file = generate.flatMap(GenerateConfig::sampleInputFile).isPresent();
    return generate
        .flatMap(GenerateConfig::textGenType)
        .map(Type::of)
        .filter(_ -> numSamples.isEmpty())
        .orElse(file && numSamples.isEmpty() ? Type.INPUT_FILE : Type.UNCONDITIONAL);
  }

  private void refuseContradictions() {
    if (!prompts.isEmpty() && input != null) {
      throw new UserException("--prompt gives the prompts; leave the input file out");
    }
    if (interactive && type != null && type != Type.INTERACTIVE) {
      throw UserException.of("--interactive: contradicts --text-gen-type %s", type);
    }
    Type named = interactive ? Type.INTERACTIVE : type;
    boolean given = !prompts.isEmpty() || input != null || jsonl;
    if (given && named != null && named != Type.INPUT_FILE) {
      throw UserException.of(
          "--text-gen-type %s reads no prompts; leave --prompt, the input file and --jsonl out",
          named);
    }
    if (jsonl && !prompts.isEmpty()) {
      throw new UserException("--prompt gives the prompts; leave --jsonl out");
    }
    if (!jsonl && (key != null || unordered || onError != OnError.STOP)) {
      throw new UserException("--key, --unordered and --on-error belong to --jsonl; add it");
    }
  }

  private static PromptSource unconditional(
      Optional<GenerateConfig> generate, Optional<Integer> numSamples) {
    // How many samples of each prompt there are the options say; here that is of an empty one.
    return new PromptSource.Unconditional(
        numSamples.isPresent() ? 1 : generate.map(GenerateConfig::numSamples).orElse(1));
  }

  private PromptSource given(Optional<GenerateConfig> generate) {
    if (!prompts.isEmpty()) {
      return new PromptSource.Given(prompts);
    }
    Path file =
        Optional.ofNullable(input)
            .or(() -> generate.flatMap(GenerateConfig::sampleInputFile))
            .orElseThrow(
                () -> new UserException("--text-gen-type input-file: name the file with -i FILE"));
    return new PromptSource.FromFile(file, end(generate));
  }

  private String end(Optional<GenerateConfig> generate) {
    String end =
        promptEnd != null ? promptEnd : generate.map(GenerateConfig::promptEnd).orElse("\n");
    if (end.isEmpty()) {
      throw new UserException("--prompt-end: expected at least one character");
    }
    return end;
  }
}
