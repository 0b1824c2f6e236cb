package neox.converthf;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Stream;
import neox.base.AtomicDirectory;
import neox.base.Console;
import neox.base.ExitCode;
import neox.base.StandardOptions;
import neox.base.Tool;
import neox.base.ToolCommand;
import neox.base.UserException;
import neox.base.Version;
import neox.base.help.HelpGroup;
import neox.config.ArchitectureCheck;
import neox.config.ConfigLoader;
import neox.config.ConfigSource;
import neox.config.LoadedConfig;
import neox.config.NeoxConfig;
import neox.config.TokenizerConfig;
import neox.weights.hf.HfFamily;
import neox.weights.hf.HfModel;
import neox.weights.neox.MergedModel;
import neox.weights.neox.NeoxCheckpoint;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `neox-convert-hf`: a NeoX checkpoint becomes a Hugging Face model directory.
@Command(
    name = "neox-convert-hf",
    versionProvider = Version.class,
    sortOptions = false,
    description = {
      "Converts a NeoX checkpoint into a Hugging Face directory of a GPTNeoXForCausalLM,"
          + " LlamaForCausalLM or MistralForCausalLM.",
      "",
      "Reads checkpoints of GPT-NeoX and of neox-train, however many tensor-parallel ranks and"
          + " pipeline stages wrote them, and refuses networks that none of the three can express."
    },
    footerHeading = "Examples:",
    footer = {
      "  neox-convert-hf --input-dir checkpoints --output-dir hf",
      "  neox-convert-hf --input-dir checkpoints/global_step1000 --output-dir hf --precision bf16",
      "  neox-convert-hf --input-dir adapters --output-dir merged --format neox"
    })
public final class ConvertCommand implements ToolCommand {
  @HelpGroup("Input")
  @Option(
      names = {"--input_dir", "--input-dir"},
      required = true,
      paramLabel = "DIR",
      description = "A global_stepN directory, or the one above it whose 'latest' names one.")
  @SuppressWarnings("NullAway.Init")
  private Path inputDir;

  @Option(
      names = "--iteration",
      paramLabel = "N",
      description = "Take global_stepN instead of the latest.")
  private @Nullable Long iteration;

  @Option(
      names = {"--config_file", "--config-file"},
      arity = "1..*",
      paramLabel = "CONFIG",
      description = "Configuration files, merged (default: those saved in the checkpoint).")
  private List<Path> configFiles = new ArrayList<>();

  @HelpGroup("Output")
  @Option(
      names = {"--output_dir", "--output-dir"},
      required = true,
      paramLabel = "DIR",
      description = "The directory to make.")
  @SuppressWarnings("NullAway.Init")
  private Path outputDir;

  /// What is written.
  enum Format {
    HF,
    NEOX
  }

  @Option(
      names = "--format",
      paramLabel = "NAME",
      description =
          "The format of the output: hf, or neox for a plain checkpoint of NeoX. What adapters (LoRA)"
              + " add is merged into the weights in both (default: hf).")
  private Format format = Format.HF;

  @Option(
      names = "--overwrite",
      description = "Replace a Hugging Face model that is there already.")
  private boolean overwrite;

  @Option(
      names = "--precision",
      paramLabel = "TYPE",
      description =
          "The type of the weights: auto (as in the checkpoint), fp16, bf16, fp32 (default: auto).")
  private OutputPrecision precision = OutputPrecision.AUTO;

  @Option(
      names = {"--max_shard_size", "--max-shard-size"},
      paramLabel = "SIZE",
      description = "Largest weight file, such as 500MB (default: 5GB).")
  private String maxShardSize = "5GB";

  @HelpGroup("Tokenizer")
  @Option(
      names = {"--no_save_tokenizer", "--no-save-tokenizer"},
      description = "Leave the tokenizer's files out.")
  private boolean noSaveTokenizer;

  @Option(
      names = {"--vocab-is-hf-tokenizer", "--vocab_is_hf_tokenizer"},
      description = "Copy all tokenizer files that lie beside vocab_file.")
  private boolean vocabIsHfTokenizer;

  @Option(
      names = {"--vocab_file", "--vocab-file"},
      paramLabel = "FILE",
      description = "The tokenizer's vocabulary, if it is not where the configuration says.")
  private @Nullable Path vocabFile;

  @Option(
      names = {"--merge_file", "--merge-file"},
      paramLabel = "FILE",
      description = "The tokenizer's merges, if they are not where the configuration says.")
  private @Nullable Path mergeFile;

  @Option(
      names = {"--pad-token-id", "--pad_token_id"},
      paramLabel = "ID",
      description = "Padding token to write into config.json; -1 for none (default: -1).")
  private int padTokenId = -1;

  @HelpGroup("Output")
  @Option(
      names = "--architecture",
      paramLabel = "NAME",
      description =
          "One of neox, llama and mistral (default: the first that can express the network).")
  private @Nullable String architecture;

  @Option(
      names = {ArchitectureCheck.OPTION, "--override_architecture"},
      description = ArchitectureCheck.DESCRIPTION)
  private boolean overrideArchitecture;

  @Mixin StandardOptions standard = new StandardOptions();

  public static void main(String[] args) {
    System.exit(Tool.run(new ConvertCommand(), args));
  }

  @Override
  public int call(Console console) throws IOException {
    Optional<HfFamily> wanted = wantedFamily();
    long maxShardBytes = ByteSize.parse("--max-shard-size", maxShardSize);
    requireFreeOutput();
    refuseHuggingFaceInput();
    Path checkpointDir =
        NeoxCheckpoint.resolve(
            inputDir, iteration == null ? OptionalLong.empty() : OptionalLong.of(iteration));
    LoadedConfig loaded = config(checkpointDir);
    NeoxConfig config = loaded.config();
    if (format == Format.NEOX) {
      return merge(checkpointDir, config, console);
    }
    HfFamily family = wanted.orElseGet(() -> HfFamily.of(config.model()));
    List<String> obstacles = family.obstacles(config.model());
    if (!obstacles.isEmpty()) {
      throw new UserException(
          checkpointDir + ": cannot be converted: " + String.join("; ", obstacles));
    }
    HfTokenizer tokenizer = tokenizer(console, config.tokenizer());
    try (NeoxCheckpoint checkpoint =
            NeoxCheckpoint.open(checkpointDir, OptionalLong.empty(), config);
        AtomicDirectory output = AtomicDirectory.create(outputDir)) {
      checkpoint.requireAllOf(config.model());
      if (!overrideArchitecture) {
        checkpoint.requireTrainedAs(loaded);
      }
      MergedModel model = MergedModel.of(checkpoint, config.tuning());
      Conversion conversion = new Conversion(model, family, tokenizer, precision, maxShardBytes);
      conversion.write(output.path(), name(), loaded, console);
      if (!noSaveTokenizer) {
        tokenizer.write(output.path(), vocabIsHfTokenizer);
      }
      output.commit();
      console.info("%s: %s", outputDir, conversion.summary());
    }
    return ExitCode.OK;
  }

  /// Writes a plain checkpoint.
  private int merge(Path checkpointDir, NeoxConfig config, Console console) throws IOException {
    try (NeoxCheckpoint checkpoint =
            NeoxCheckpoint.open(checkpointDir, OptionalLong.empty(), config);
        AtomicDirectory output = AtomicDirectory.create(outputDir)) {
      checkpoint.requireAllOf(config.model());
      new PlainCheckpoint(checkpoint, config).write(output.path());
      output.commit();
      console.info(
          "%s: a plain checkpoint of NeoX, from iteration %d", outputDir, checkpoint.iteration());
    }
    return ExitCode.OK;
  }

  private void refuseHuggingFaceInput() {
    if (HfModel.isIn(inputDir)) {
      throw UserException.of(
          "%s: is a Hugging Face model already (it has a config.json); expected a checkpoint of"
              + " NeoX. To use it as it is: neox-generate --model %s",
          inputDir, inputDir);
    }
  }

  /// What the model is called: the last name of its directory, wherever that is.
  private String name() {
    return String.valueOf(outputDir.toAbsolutePath().normalize().getFileName());
  }

  private Optional<HfFamily> wantedFamily() {
    if (architecture == null) {
      return Optional.empty();
    }
    Optional<HfFamily> family = HfFamily.named(architecture);
    if (family.isEmpty()) {
      throw new UserException(
          "--architecture "
              + architecture
              + " is not supported; expected one of "
              + String.join(", ", HfFamily.all().stream().map(HfFamily::name).toList()));
    }
    return family;
  }

  private LoadedConfig config(Path checkpointDir) throws IOException {
    if (!configFiles.isEmpty()) {
      return ConfigLoader.readModel(new ConfigSource(Optional.empty(), configFiles, Map.of()));
    }
    Path configs = NeoxCheckpoint.configs(checkpointDir);
    if (!Files.isDirectory(configs)) {
      throw new UserException(
          checkpointDir + ": no configs directory in it; name the run's files with --config_file");
    }
    return ConfigLoader.readCheckpoint(configs);
  }

  private HfTokenizer tokenizer(Console console, TokenizerConfig configured) {
    TokenizerConfig config =
        new TokenizerConfig(
            configured.type(),
            Optional.ofNullable(vocabFile).or(configured::vocabFile),
            Optional.ofNullable(mergeFile).or(configured::mergeFile));
    OptionalInt pad = padTokenId < 0 ? OptionalInt.empty() : OptionalInt.of(padTokenId);
    if (noSaveTokenizer) {
      return HfTokenizer.idsOnly(config, pad, console);
    }
    return HfTokenizer.open(config, pad, console);
  }

  private void requireFreeOutput() throws IOException {
    if (!Files.exists(outputDir)) {
      return;
    }
    if (!Files.isDirectory(outputDir)) {
      throw new UserException(outputDir + ": is a file; --output_dir needs a directory");
    }
    try (Stream<Path> entries = Files.list(outputDir)) {
      if (entries.findAny().isEmpty()) {
        return;
      }
    }
    if (!overwrite) {
      throw new UserException(outputDir + ": exists already; --overwrite replaces it");
    }
    if (Files.exists(inputDir) && inputDir.toRealPath().startsWith(outputDir.toRealPath())) {
      throw UserException.of(
          "%s: --overwrite would delete %s, which lies in it; choose another --output_dir",
          outputDir, inputDir);
    }
    if (!HfModel.isIn(outputDir)) {
      throw new UserException(
          outputDir + ": holds no Hugging Face model, so --overwrite does not delete it");
    }
  }
}
