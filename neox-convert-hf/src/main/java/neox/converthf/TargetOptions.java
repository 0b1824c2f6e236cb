package neox.converthf;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import neox.base.UserException;
import neox.base.help.HelpGroup;
import neox.weights.DType;
import neox.weights.gguf.OutType;
import neox.weights.hf.HfFamily;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// What the model becomes, and where; used as a picocli mixin.
@HelpGroup("Output")
final class TargetOptions {
  static final String OUTPUT = "--output_dir";

  private static final String DEFAULT_SHARD_SIZE = "5GB";

  /// The format of the output.
  enum Format {
    HF,
    NEOX,
    GGUF,
    PEFT
  }

  /// The element type of the converted weights.
  enum Precision {
    /// That of the checkpoint.
    AUTO,
    FP16,
    BF16,
    FP32;

    /// The type; empty: as it is stored.
    Optional<DType> dtype() {
      return switch (this) {
        case AUTO -> Optional.empty();
        case FP16 -> Optional.of(DType.FLOAT16);
        case BF16 -> Optional.of(DType.BFLOAT16);
        case FP32 -> Optional.of(DType.FLOAT32);
      };
    }
  }

  @Option(
      names = {OUTPUT, "--output-dir", "--model_path", "--model-path"},
      paramLabel = "DIR",
      description = "The directory to make.")
  private @Nullable Path outputDir;

  @Option(
      names = "--format",
      paramLabel = "NAME",
      description =
          "The format of the output: hf, neox for a plain checkpoint of NeoX, or gguf for a file of"
              + " llama.cpp. What adapters (LoRA) add is merged into the weights in all of them; peft"
              + " writes adapters alone, in PEFT's files"
              + " (default: hf).")
  private Format format = Format.HF;

  @Option(
      names = "--overwrite",
      description = "Replace an output of this kind that is there already.")
  private boolean overwrite;

  @Option(
      names = "--precision",
      paramLabel = "TYPE",
      description =
          "The type of the weights: auto (as in the checkpoint), fp16, bf16, fp32 (default: auto).")
  private Precision precision = Precision.AUTO;

  @Option(
      names = "--outtype",
      paramLabel = "TYPE",
      description = "The type of the matrices of a GGUF file: f32, f16, bf16, q8_0 (default: f16).")
  private @Nullable OutType outType;

  @Option(
      names = {"--max_shard_size", "--max-shard-size"},
      paramLabel = "SIZE",
      description = "Largest weight file, such as 500MB (default: " + DEFAULT_SHARD_SIZE + ").")
  private @Nullable String maxShardSize;

  @Option(
      names = "--architecture",
      paramLabel = "NAME",
      description =
          "One of neox, llama and mistral (default: the first that can express the network).")
  private @Nullable String architecture;

  @Option(
      names = {VocabularyRows.OPTION, "--true_vocab_size"},
      paramLabel = "N",
      description =
          "Cut the rows off that pad the vocabulary: keep N, or as many as the '"
              + VocabularyRows.TOKENIZER
              + "' has tokens (default: keep all).")
  private @Nullable String trueVocabSize;

  /// Whether a directory was named, without which there is nothing to do.
  boolean areGiven() {
    return outputDir != null;
  }

  OutputDirectory directory() {
    if (outputDir == null) {
      throw new IllegalStateException(OUTPUT + " was not asked for");
    }
    return new OutputDirectory(outputDir, overwrite);
  }

  /// @param base what the model that adapters adapt is called in the output, if that is given
  Target target(TokenizerChoice tokenizer, Optional<String> base) {
    refuseOthersOptions();
    return switch (format) {
      case HF ->
          new HfTarget(
              wantedFamily(),
              precision.dtype(),
              ByteSize.parse(
                  "--max-shard-size", maxShardSize == null ? DEFAULT_SHARD_SIZE : maxShardSize),
              vocabularyRows(),
              tokenizer);
      case NEOX -> new NeoxTarget();
      case GGUF ->
          new GgufTarget(
              wantedFamily(), outType == null ? OutType.F16 : outType, vocabularyRows(), tokenizer);
      case PEFT -> new PeftTarget(base);
    };
  }

  private VocabularyRows vocabularyRows() {
    return trueVocabSize == null ? new VocabularyRows.All() : VocabularyRows.parse(trueVocabSize);
  }

  /// Whether adapters alone are written.
  boolean isPeft() {
    return format == Format.PEFT;
  }

  /// The target of what comes from elsewhere.
  RunTarget runTarget(RunOptions run, TokenizerChoice tokenizer) {
    Map<String, Boolean> given = new LinkedHashMap<>();
    given.put("--format", format != Format.HF && format != Format.NEOX);
    given.put("--max-shard-size", maxShardSize != null);
    given.put("--architecture", architecture != null);
    given.put(VocabularyRows.OPTION, trueVocabSize != null);
    given.put("--outtype", outType != null);
    given.forEach((option, isGiven) -> {
      if (isGiven) {
        throw UserException.of("%s does not go with --from-hf; leave it out", option);
      }
    });
    return new RunTarget(run.options(tokenizer, precision.dtype()), directory().path());
  }

  /// What means nothing in a format must not seem to.
  private void refuseOthersOptions() {
    goesWith(EnumSet.of(Format.HF), "--precision", precision != Precision.AUTO);
    goesWith(EnumSet.of(Format.HF), "--max-shard-size", maxShardSize != null);
    goesWith(EnumSet.of(Format.HF, Format.GGUF), "--architecture", architecture != null);
    goesWith(EnumSet.of(Format.HF, Format.GGUF), VocabularyRows.OPTION, trueVocabSize != null);
    goesWith(EnumSet.of(Format.GGUF), "--outtype", outType != null);
  }

  private void goesWith(Set<Format> formats, String option, boolean isGiven) {
    if (isGiven && !formats.contains(format)) {
      List<String> names =
          formats.stream().map(each -> each.name().toLowerCase(Locale.ROOT)).toList();
      throw UserException.of(
          "%s goes with --format %s only; leave it out", option, String.join(" or ", names));
    }
  }

  private Optional<HfFamily> wantedFamily() {
    if (architecture == null) {
      return Optional.empty();
    }
    Optional<HfFamily> family = HfFamily.named(architecture);
    if (family.isEmpty()) {
      throw UserException.of(
          "--architecture %s is not supported; expected one of %s",
          architecture, String.join(", ", HfFamily.all().stream().map(HfFamily::name).toList()));
    }
    return family;
  }
}
