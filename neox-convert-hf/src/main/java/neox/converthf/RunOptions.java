package neox.converthf;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import neox.base.UserException;
import neox.base.help.HelpGroup;
import neox.config.TokenizerConfig;
import neox.converthf.fromhf.FromHfOptions;
import neox.weights.DType;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// How a model of transformers, or adapters of PEFT, come into NeoX's files; used as a picocli
/// mixin.
@HelpGroup("From Hugging Face")
final class RunOptions {
  private static final String FROM_HF = "--from-hf";
  private static final String TENSOR_RANKS = "--tp";
  private static final String STAGES = "--pp";
  private static final String DIVISOR = "--make-vocab-size-divisible-by";
  private static final String TOKENIZER_TYPE = "--tokenizer-type";
  private static final String BASE = "--base";
  private static final int MOST_RANKS = 1 << 16;

  @Option(
      names = {FROM_HF, "--from_hf"},
      description =
          "The other way: a Hugging Face model becomes a checkpoint of NeoX with the configuration of"
              + " a run that goes on training it; adapters of PEFT become one of adapters.")
  private boolean fromHf;

  @Option(
      names = {TENSOR_RANKS, "--model-parallel-size", "--model_parallel_size"},
      paramLabel = "N",
      description = "Tensor-parallel ranks, model_parallel_size (default: 1).")
  private @Nullable Integer tensorRanks;

  @Option(
      names = {STAGES, "--pipe-parallel-size", "--pipe_parallel_size"},
      paramLabel = "N",
      description =
          "Pipeline stages, pipe_parallel_size; 0 for all weights of a rank in one file (default:"
              + " 0).")
  private @Nullable Integer stages;

  @Option(
      names = {DIVISOR, "--make_vocab_size_divisible_by"},
      paramLabel = "N",
      description =
          "Pad the vocabulary as NeoX does with this unit (default: the one that keeps its rows as"
              + " they are).")
  private @Nullable Integer divisor;

  @Option(
      names = {TOKENIZER_TYPE, "--tokenizer_type"},
      paramLabel = "TYPE",
      description =
          "NeoX's type of the tokenizer in --vocab-file (default: HFTokenizer, or that of the files"
              + " beside the model).")
  private @Nullable String tokenizerType;

  @Option(
      names = BASE,
      paramLabel = "MODEL",
      description =
          "The model that adapters adapt: with --from-hf its directory, with --format peft its name"
              + " for PEFT (default: as the adapters say).")
  private @Nullable String base;

  /// Whether a model comes in.
  boolean areAsked() {
    return fromHf;
  }

  /// The name of the adapted model, if one is given.
  Optional<String> base() {
    return Optional.ofNullable(base);
  }

  /// What means nothing where no model comes in must not seem to.
  ///
  /// @param toPeft whether adapters go out
  void check(boolean toPeft) {
    if (base != null && !fromHf && !toPeft) {
      throw UserException.of("%s goes with %s and --format peft only; leave it out", BASE, FROM_HF);
    }
    if (fromHf) {
      return;
    }
    Map<String, Boolean> given = new LinkedHashMap<>();
    given.put(TENSOR_RANKS, tensorRanks != null);
    given.put(STAGES, stages != null);
    given.put(DIVISOR, divisor != null);
    given.put(TOKENIZER_TYPE, tokenizerType != null);
    given.forEach((option, isGiven) -> {
      if (isGiven) {
        throw UserException.of("%s goes with %s only; leave it out", option, FROM_HF);
      }
    });
  }

  /// The choices.
  FromHfOptions options(TokenizerChoice tokenizer, Optional<DType> dtype) {
    return new FromHfOptions(
        inRange(TENSOR_RANKS, tensorRanks == null ? 1 : tensorRanks, 1),
        inRange(STAGES, stages == null ? 0 : stages, 0),
        divisor == null ? OptionalInt.empty() : OptionalInt.of(inRange(DIVISOR, divisor, 1)),
        dtype,
        tokenizer(tokenizer),
        tokenizer.files() != TokenizerChoice.Files.NONE,
        base().map(Path::of));
  }

  private Optional<TokenizerConfig> tokenizer(TokenizerChoice choice) {
    if (tokenizerType == null && choice.vocabFile().isEmpty()) {
      return Optional.empty();
    }
    String type = tokenizerType == null ? "HFTokenizer" : tokenizerType;
    return Optional.of(new TokenizerConfig(type, choice.vocabFile(), choice.mergeFile()));
  }

  private static int inRange(String option, int value, int least) {
    int most = option.equals(DIVISOR) ? 1 << 20 : MOST_RANKS;
    if (value < least || value > most) {
      throw UserException.of("%s %d: expected a number from %d to %d", option, value, least, most);
    }
    return value;
  }
}
