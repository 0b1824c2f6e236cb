package neox.generate;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import neox.base.UserException;
import neox.base.help.HelpGroup;
import neox.config.GenerateConfig;
import neox.generate.sample.Writing;
import neox.inference.load.LoadOptions;
import neox.inference.sampling.Sampler;
import neox.inference.sampling.TokenDetails;
import neox.model.NetworkOptions.Rows;
import neox.model.Quantization;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// How texts are continued; used as a picocli mixin.
@HelpGroup("Sampling")
final class SamplingOptions {
  private static final long DEFAULT_SEED = 1234;

  @Option(
      names = "--temperature",
      paramLabel = "T",
      description = "Divides the logits; 0 takes the likeliest token (default: 0).")
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
      names = {"--min-p", "--min_p"},
      paramLabel = "P",
      description =
          "Sample from tokens at least P times as likely as the likeliest; 0 for all (default:"
              + " ${DEFAULT-VALUE}).")
  private double minP;

  @Option(
      names = {"--repetition-penalty", "--repetition_penalty"},
      paramLabel = "R",
      description =
          "Divides the logits of tokens that the text holds already; 1 leaves them (default:"
              + " ${DEFAULT-VALUE}).")
  private double repetitionPenalty = 1;

  @Option(
      names = {"--maximum-tokens", "--maximum_tokens", "--max-tokens", "--max_tokens"},
      paramLabel = "N",
      description = "New tokens for each prompt; 0: as many as fit (default: 64).")
  private @Nullable Integer maximumTokens;

  @Option(
      names = "--stop",
      paramLabel = "TEXT",
      description = "End an answer before this text; may be given again.")
  private List<String> stops = List.of();

  @Option(
      names = {"--eos-token-id", "--eos_token_id"},
      paramLabel = "ID",
      split = ",",
      description =
          "End an answer at these tokens (default: those that a Hugging Face directory names, or"
              + " the tokenizer's end-of-document token).")
  private List<Integer> ends = List.of();

  @Option(
      names = {"--num-samples", "--num_samples"},
      paramLabel = "N",
      description = "How many samples to make of each prompt, or without one (default: 1).")
  private @Nullable Integer numSamples;

  @Option(names = "--seed", paramLabel = "N", description = "Decides the draws (default: 1234).")
  private @Nullable Long seed;

  @Option(
      names = "--recompute",
      description = "Read the whole text again for each token instead of caching.")
  private boolean recompute;

  @Option(
      names = {"--batch-size", "--batch_size"},
      paramLabel = "N",
      description = "Texts that are continued together (default: ${DEFAULT-VALUE}).")
  private int batchSize = 1;

  @Option(
      names = "--logprobs",
      paramLabel = "N",
      arity = "0..1",
      fallbackValue = "0",
      description =
          "Write the log-probability of each new token, and those of the N likeliest (default: N is"
              + " 0).")
  private @Nullable Integer logprobs;

  @Option(
      names = "--deterministic",
      description =
          "Compute each token by itself on a CPU: a text's logits are the same bits whatever is"
              + " continued beside it, with any batch size and number of threads. Long prompts take"
              + " longer.")
  private boolean deterministic;

  @Option(
      names = {"--return-logits", "--return_logits"},
      description = "Write all logits that each new token was chosen from.")
  private boolean returnLogits;

  /// What the options say, or else the configuration.
  ///
  /// @param configuredSeed of the configuration's data
  Writing writing(Optional<GenerateConfig> config, Optional<Long> configuredSeed) {
    boolean logits = returnLogits || config.map(GenerateConfig::returnLogits).orElse(false);
    OptionalInt alternatives = logprobs == null ? OptionalInt.empty() : OptionalInt.of(logprobs);
    return new Writing(
        or(maximumTokens, config.map(GenerateConfig::maximumTokens), 64),
        numSamples == null ? 1 : numSamples,
        stops,
        ends,
        sampler(config),
        or(seed, configuredSeed, DEFAULT_SEED),
        batchSize,
        recompute || config.map(GenerateConfig::recompute).orElse(false),
        new TokenDetails(alternatives, logits));
  }

  private Sampler sampler(Optional<GenerateConfig> config) {
    return new Sampler(
        or(temperature, config.map(GenerateConfig::temperature), 0.0),
        or(topK, config.map(GenerateConfig::topK), 0),
        or(topP, config.map(GenerateConfig::topP), 0.0),
        minP,
        repetitionPenalty);
  }

  /// Whether the command line says how many samples to make.
  Optional<Integer> numSamples() {
    return Optional.ofNullable(numSamples);
  }

  private static <T> T or(@Nullable T option, Optional<T> configured, T otherwise) {
    return option != null ? option : configured.orElse(otherwise);
  }

  /// The same model, computed as the options ask for.
  LoadOptions opened(LoadOptions model) {
    if (!deterministic) {
      return model;
    }
    if (!model.device().equals("cpu")) {
      throw UserException.of(
          "--deterministic is there for CPUs alone, not for %s; leave out --device, or"
              + " --deterministic",
          model.device());
    }
    if (model.quantization() == Quantization.LLM_INT8) {
      throw new UserException(
          "--deterministic does not go with --quantize llm-int8, where all tokens of a pass say which"
              + " columns are outliers; use --quantize int8");
    }
    return model.withRows(Rows.CONSTANT);
  }
}
